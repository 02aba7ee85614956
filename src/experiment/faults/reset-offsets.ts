import { epochMs } from "../../base/clock.js";
import { waitUntil } from "../../base/wait.js";
import type { PlannedOffsetsReset } from "../../plan/plan.js";
import type { Life } from "../../crew/crew.js";
import { countsOf } from "../counts.js";
import { type FaultProgress, answerTo, waitOrOver } from "./context.js";
import { keyOf } from "../../plan/occurrence-key.js";
import { type Fell, conductOccurrences, occurrenceCame } from "./occurrences.js";

/** More than a worker gives itself to leave its group. */
const endLimitMs = 30_000;
const effectLimitMs = 30_000;

/**
 * Does what an operator does to move a group: ends its consumers in order, moves the positions of the
 * empty group (or forgets them), and starts the consumers again. No other fault lets a consumer into the
 * group meanwhile.
 */
export async function conductOffsetsReset(fault: PlannedOffsetsReset, run: FaultProgress): Promise<void> {
  const { crew, drained, inForce, moving, say } = run;
  const kind = "reset-offsets";
  await conductOccurrences(fault, run, { kind, on: () => "group" }, async (occurrence, dueAt) => {
    if (!(await occurrenceCame(run, fault.trigger, dueAt, drained))) return undefined;
    const key = keyOf(fault, occurrence);
    // First of all: from here on nothing is drained, though the door may take a while to close.
    moving.add(key);
    inForce.set(key, `offsets of the group to ${fault.to}`);
    try {
      const { partitions, ...fell } = await resetOffsets(fault.to, key, run);
      say(`offsets of the group to ${fault.to}: ${fell.probe}`);
      // Where the group is says something again, and whoever is dead may come back: the drain goes on.
      moving.delete(key);
      const assigned = (): boolean => countsOf(crew).outside === 0 && countsOf(crew).assigned >= partitions;
      const healed = await waitOrOver("the consumers to be assigned all partitions", assigned, drained);
      return { ...fell, healedAt: epochMs(), healed: healed ?? null };
    } finally {
      inForce.delete(key);
      moving.delete(key);
    }
  });
}

/** What was done, and how many partitions there are. */
async function resetOffsets(
  to: PlannedOffsetsReset["to"],
  key: string,
  run: FaultProgress,
): Promise<Fell & { partitions: number }> {
  const { crew, groupDoor } = run;
  const open = await groupDoor.close();
  try {
    const ended = await emptyTheGroup(key, run);
    const appliedAt = epochMs();
    const { before, after } = await movePositions(to, run);
    await Promise.all(ended.map((worker) => crew.start("consumer", worker)));
    const moved = [...before].filter(([partition, position]) => after.get(partition) !== position);
    const positions = [...before].map(([partition, from]) => ({
      partition,
      from,
      to: after.get(partition) ?? null,
    }));
    const words = moved.map(
      ([one, position]) => `partition ${one}: position ${position ?? "none"} → ${after.get(one) ?? "none"}`,
    );
    const probe = words.length > 0 ? words.join(", ") : "no position moved";
    return { appliedAt, touched: moved.length, positions, probe, inForce: true, partitions: before.size };
  } finally {
    open();
  }
}

/**
 * Ends all consumers in order, and waits until the group has no member.
 *
 * @returns the workers that are to be started again: those that ended for this, and for no other fault.
 */
async function emptyTheGroup(key: string, run: FaultProgress): Promise<number[]> {
  const { admin, crew, groupId, plan, drained, signal } = run;
  const { count, sessionTimeout } = plan.scenario.consumers;
  // Who stands still by SIGSTOP cannot be asked anything.
  const awake = (): boolean => livingConsumers(run).every(({ paused }) => !paused);
  await waitOrOver("the consumers to be awake", awake, drained);
  const living = livingConsumers(run);
  // Whom another fault has chosen to end, it starts again itself; so it does whom it kills meanwhile.
  const free = living.filter(({ worker, endedBy }) => worker < count && endedBy === undefined);
  for (const life of free) life.endedBy = key;
  await Promise.all(living.map((life) => crew.stop(life, { limitMs: endLimitMs, signal })));
  // One that was killed is a member until its session is over.
  const empty = async (): Promise<boolean> => (await admin.members(groupId)).length === 0;
  await waitUntil(`${groupId} to be empty`, empty, { limitMs: effectLimitMs + sessionTimeout, signal });
  return free.filter(({ endedBy }) => endedBy === key).map(({ worker }) => worker);
}

type Positions = ReadonlyMap<number, number | null>;

/** Moves the positions of the group, which has no member. `null`: it has none in that partition. */
async function movePositions(
  to: PlannedOffsetsReset["to"],
  run: FaultProgress,
): Promise<{ before: Positions; after: Positions }> {
  const { admin, topic, groupId } = run;
  const logs = await answerTo("the log to be asked for", () => admin.logEnds(topic), run);
  const positions = async (): Promise<Positions> => {
    const now = await answerTo(`the positions of ${groupId}`, () => admin.positions(groupId, topic), run);
    return new Map(logs.map(({ partition }) => [partition, now.get(partition) ?? null]));
  };
  const before = await positions();
  const place = ({ start, end }: { start: number; end: number }): number => (to === "latest" ? end : start);
  const move = async (): Promise<void> => {
    if (to !== "expired") {
      const places = logs.map((log) => [log.partition, place(log)] as const);
      await admin.setPositions(groupId, topic, new Map(places));
      // The coordinator may have done it, and the answer be lost.
    } else if ((await admin.inventory()).groups.includes(groupId)) await admin.deleteGroup(groupId);
  };
  await answerTo(`the positions of ${groupId} to be moved`, move, run);
  return { before, after: await positions() };
}

function livingConsumers({ crew }: FaultProgress): Life[] {
  return crew.lives.filter((life) => life.role === "consumer" && life.process.end === undefined);
}
