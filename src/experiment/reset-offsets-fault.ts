import { epochMs } from "../base/clock.js";
import { waitUntil } from "../base/wait.js";
import type { PlannedOffsetsReset } from "../plan/plan.js";
import type { Life } from "../worker/crew.js";
import { countsOf } from "./counts.js";
import { type FaultProgress, answerTo, waitOrOver } from "./fault-context.js";
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
  const { drained, inForce, moving, say, groupDoor } = run;
  const kind = "reset-offsets";
  await conductOccurrences(fault, run, { kind, on: () => "group" }, async (occurrence, dueAt) => {
    if (!(await occurrenceCame(run, fault.trigger, dueAt, drained))) return undefined;
    const key = `f${fault.index}-${occurrence}`;
    const open = await groupDoor.close();
    inForce.set(key, `offsets of the group to ${fault.to}`);
    moving.add(key);
    try {
      const fell = await resetOffsets(fault.to, run);
      say(`offsets of the group to ${fault.to}: ${fell.probe}`);
      return fell;
    } finally {
      inForce.delete(key);
      moving.delete(key);
      open();
    }
  });
}

async function resetOffsets(to: PlannedOffsetsReset["to"], run: FaultProgress): Promise<Fell> {
  const { admin, crew, topic, groupId, plan, drained, signal } = run;
  // Who stands still by SIGSTOP cannot be asked anything.
  const awake = (): boolean => livingConsumers(run).every(({ paused }) => !paused);
  await waitOrOver("the consumers to be awake", awake, drained);
  const living = livingConsumers(run);
  await Promise.all(living.map((life) => crew.stop(life, { limitMs: endLimitMs, signal })));
  const limit = { limitMs: effectLimitMs + plan.scenario.consumers.sessionTimeout, signal };
  // One that was killed meanwhile is a member until its session is over.
  const empty = async (): Promise<boolean> => (await admin.members(groupId)).length === 0;
  await waitUntil(`${groupId} to be empty`, empty, limit);

  const logs = await answerTo("the log to be asked for", () => admin.logEnds(topic), run);
  const positions = (): Promise<Map<number, number | null>> =>
    answerTo("the positions to be asked for", () => admin.positions(groupId, topic), run);
  const before = await positions();
  const appliedAt = epochMs();
  const place = ({ start, end }: { start: number; end: number }): number => (to === "latest" ? end : start);
  const move = async (): Promise<void> => {
    if (to !== "expired") {
      const places = logs.map((log) => [log.partition, place(log)] as const);
      await admin.setPositions(groupId, topic, new Map(places));
      // The coordinator may have done it, and the answer be lost.
    } else if ((await admin.inventory()).groups.includes(groupId)) await admin.deleteGroup(groupId);
  };
  await answerTo(`the positions of ${groupId} to be moved`, move, run);
  const after = await positions();

  const workers = living.map(({ worker }) => worker).filter((one) => one < plan.scenario.consumers.count);
  await Promise.all(workers.map((worker) => crew.start("consumer", worker)));
  const assigned = (): boolean => countsOf(crew).outside === 0 && countsOf(crew).assigned >= logs.length;
  const heals = await waitOrOver("the consumers to be assigned all partitions", assigned, drained);
  const moved = [...before].filter(([partition, position]) => (after.get(partition) ?? null) !== position);
  const words = moved.map(
    ([one, position]) => `partition ${one}: position ${position ?? "none"} → ${after.get(one) ?? "none"}`,
  );
  return {
    appliedAt,
    healedAt: epochMs(),
    touched: moved.length,
    probe: words.length > 0 ? words.join(", ") : "no position moved",
    inForce: true,
    healed: heals ?? null,
  };
}

function livingConsumers({ crew }: FaultProgress): Life[] {
  return crew.lives.filter((life) => life.role === "consumer" && life.process.end === undefined);
}
