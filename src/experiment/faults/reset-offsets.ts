import { epochMs } from "../../base/clock.js";
import { waitUntil } from "../../base/wait.js";
import type { PlannedOffsetsReset } from "../../plan/plan.js";
import type { Life } from "../../crew/crew.js";
import { countsOf } from "../counts.js";
import { type FaultProgress, answerTo, waitOrOver } from "./context.js";
import { keyOf } from "../../plan/occurrence-key.js";
import { type Outcome, awaitOccurrence, conductOccurrences } from "./occurrences.js";

/** Longer than a worker takes to leave its group. */
const endLimitMs = 30_000;
const effectLimitMs = 30_000;

/**
 * Moves a group as an operator would: ends its consumers in order, moves the positions of the empty
 * group (or removes them), and restarts the consumers. Meanwhile no other fault lets a consumer
 * join the group.
 */
export async function conductOffsetsReset(fault: PlannedOffsetsReset, run: FaultProgress): Promise<void> {
  const { crew, drained, inForce, moving, say } = run;
  const kind = "reset-offsets";
  await conductOccurrences(fault, run, { kind, on: () => "group" }, async (occurrence, dueAt) => {
    if (!(await awaitOccurrence(run, fault.trigger, dueAt, drained))) return undefined;
    const key = keyOf(fault, occurrence);
    // Set first: nothing may be drained from now on, although the door may take a while to close.
    moving.add(key);
    inForce.set(key, `reset of the group's offsets to ${fault.to}`);
    try {
      const { partitions, ...outcome } = await resetOffsets(fault.to, key, run);
      say(`reset of the group's offsets to ${fault.to}: ${outcome.probe}`);
      // The positions are meaningful again, and dead consumers may return, so the drain can
      // continue.
      moving.delete(key);
      const assigned = (): boolean => countsOf(crew).outside === 0 && countsOf(crew).assigned >= partitions;
      const healed = await waitOrOver("the consumers to be assigned all partitions", assigned, drained);
      return { ...outcome, healedAt: epochMs(), healed: healed ?? null };
    } finally {
      inForce.delete(key);
      moving.delete(key);
    }
  });
}

/** Resets the offsets. Returns the outcome and the number of partitions. */
async function resetOffsets(
  to: PlannedOffsetsReset["to"],
  key: string,
  run: FaultProgress,
): Promise<Outcome & { partitions: number }> {
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
    const changes = moved.map(
      ([one, position]) => `partition ${one}: position ${position ?? "none"} → ${after.get(one) ?? "none"}`,
    );
    const probe = changes.length > 0 ? changes.join(", ") : "no position moved";
    return { appliedAt, touched: moved.length, positions, probe, inForce: true, partitions: before.size };
  } finally {
    open();
  }
}

/**
 * Ends all consumers in order, and waits until the group is empty.
 *
 * @returns the workers to restart: those that ended for this fault and for no other.
 */
async function emptyTheGroup(key: string, run: FaultProgress): Promise<number[]> {
  const { admin, crew, groupId, plan, drained, signal } = run;
  const { count, sessionTimeout } = plan.scenario.consumers;
  // A process stopped by SIGSTOP cannot react to a request.
  const awake = (): boolean => livingConsumers(run).every(({ paused }) => !paused);
  await waitOrOver("the consumers to be awake", awake, drained);
  const living = livingConsumers(run);
  // Another fault that has chosen or kills a consumer restarts it itself.
  const free = living.filter(({ worker, endedBy }) => worker < count && endedBy === undefined);
  for (const life of free) life.endedBy = key;
  await Promise.all(living.map((life) => crew.stop(life, { limitMs: endLimitMs, signal })));
  // A killed consumer stays a member until its session expires.
  const empty = async (): Promise<boolean> => (await admin.members(groupId)).length === 0;
  await waitUntil(`${groupId} to be empty`, empty, { limitMs: effectLimitMs + sessionTimeout, signal });
  return free.filter(({ endedBy }) => endedBy === key).map(({ worker }) => worker);
}

type Positions = ReadonlyMap<number, number | null>;

/**
 * Moves the positions of the group, which must be empty. `null` means no position in that
 * partition.
 */
async function movePositions(
  to: PlannedOffsetsReset["to"],
  run: FaultProgress,
): Promise<{ before: Positions; after: Positions }> {
  const { admin, topic, groupId } = run;
  const logs = await answerTo("the ends of the log", () => admin.logEnds(topic), run);
  const positions = async (): Promise<Positions> => {
    const now = await answerTo(`the positions of ${groupId}`, () => admin.positions(groupId, topic), run);
    return new Map(logs.map(({ partition }) => [partition, now.get(partition) ?? null]));
  };
  const before = await positions();
  const target = ({ start, end }: { start: number; end: number }): number => (to === "latest" ? end : start);
  const move = async (): Promise<void> => {
    if (to !== "expired") {
      const targets = logs.map((log) => [log.partition, target(log)] as const);
      await admin.setPositions(groupId, topic, new Map(targets));
      // The coordinator may have deleted the group although its answer was lost.
    } else if ((await admin.inventory()).groups.includes(groupId)) await admin.deleteGroup(groupId);
  };
  await answerTo(`the positions of ${groupId} to be moved`, move, run);
  return { before, after: await positions() };
}

function livingConsumers({ crew }: FaultProgress): Life[] {
  return crew.lives.filter((life) => life.role === "consumer" && life.process.end === undefined);
}
