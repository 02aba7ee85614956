import { epochMs } from "../base/clock.js";
import { waitUntil } from "../base/wait.js";
import type { TopicAction } from "../scenario/scenario.js";
import { type FaultProgress, waitOrOver } from "./fault-context.js";
import type { Fell } from "./occurrences.js";

/** The faults that take records out of the log. What goes was seen by the following auditor before. */

type Deletion = Extract<TopicAction, { do: "delete-records" }>;
type Retention = Extract<TopicAction, { do: "retention" }>;
type Starts = ReadonlyMap<number, number>;

/** What takes effect at once, but for what a slow machine adds. */
const effectLimitMs = 30_000;

export async function deleteRecords({ partition, upTo }: Deletion, run: FaultProgress): Promise<Fell> {
  const { admin, topic, follower, signal } = run;
  const logs = await admin.logEnds(topic);
  const targets = new Map(
    logs
      .filter((log) => partition === undefined || log.partition === partition)
      .map((log) => [log.partition, Math.min(upTo ?? log.end, log.end)] as const)
      .filter(([one, below]) => below > logs.find((log) => log.partition === one)!.start),
  );
  const appliedAt = epochMs();
  if (targets.size === 0) return { appliedAt, probe: "there was no record to delete" };

  await follower?.passed(targets);
  const before = await startsOf(run);
  await admin.deleteRecords(topic, targets);
  const after = await waitUntil(
    "the log to start where records were deleted",
    async () => {
      const starts = await startsOf(run);
      return [...targets].every(([one, below]) => (starts.get(one) ?? 0) >= below) && starts;
    },
    { limitMs: effectLimitMs, signal },
  );
  return { appliedAt, ...moved(before, after), inForce: true };
}

/**
 * Sets the topic's retention until each log that held records has lost some: the brokers sweep one after
 * the other. Then the topic has its own settings again.
 */
export async function shortenRetention({ ms }: Retention, run: FaultProgress): Promise<Fell> {
  const { admin, topic, follower, plan, drained, signal } = run;
  const { config } = plan.scenario.topic;
  await follower?.passedEnds();
  const logs = await admin.logEnds(topic);
  const before: Starts = new Map(logs.map(({ partition, start }) => [partition, start]));
  const filled = logs.filter(({ start, end }) => end > start);
  const appliedAt = epochMs();
  await admin.configureTopic(topic, { ...config, "retention.ms": String(ms) });
  const haveMoved = async (): Promise<boolean> => {
    const starts = await startsOf(run);
    return filled.every(({ partition, start }) => (starts.get(partition) ?? 0) > start);
  };
  const swept = await waitOrOver("the retention to take records away", haveMoved, drained, 20);
  signal.throwIfAborted();
  await admin.configureTopic(topic, config);
  const healedAt = epochMs();
  return {
    appliedAt,
    healedAt,
    ...moved(before, await startsOf(run)),
    inForce: swept ?? null,
    healed: true,
  };
}

/** Deletes the topic, and creates it again as it was at first: empty, and with offsets from 0 on. */
export async function recreateTopic(run: FaultProgress): Promise<Fell> {
  const { admin, topic, follower, plan, signal } = run;
  await follower?.passedEnds();
  const records = (await admin.logEnds(topic)).reduce((sum, { start, end }) => sum + end - start, 0);
  const appliedAt = epochMs();
  await admin.deleteTopic(topic);
  const limit = { limitMs: effectLimitMs, signal };
  const gone = async (): Promise<boolean> => !(await admin.inventory()).topics.includes(topic);
  await waitUntil(`${topic} to be gone`, gone, limit);
  await admin.createTopic(topic, plan.scenario.topic);
  follower?.startAnew();
  const probe = `deleted with ${records} records, and created again`;
  return { appliedAt, healedAt: epochMs(), touched: 1, probe, inForce: true, healed: true };
}

async function startsOf({ admin, topic }: FaultProgress): Promise<Starts> {
  return new Map((await admin.logEnds(topic)).map(({ partition, start }) => [partition, start]));
}

/** What moved, and by how much. */
function moved(before: Starts, after: Starts): { touched: number; probe: string } {
  const starts = [...after].filter(([partition, start]) => start > (before.get(partition) ?? 0));
  const words = starts.map(
    ([one, start]) => `partition ${one}: log start ${before.get(one) ?? 0} → ${start}`,
  );
  return { touched: starts.length, probe: words.length > 0 ? words.join(", ") : "no log start moved" };
}
