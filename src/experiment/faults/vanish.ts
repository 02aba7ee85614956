import { epochMs } from "../../base/clock.js";
import { waitUntil } from "../../base/wait.js";
import type { TopicAction } from "../../scenario/faults.js";
import { type FaultProgress, answerTo } from "./context.js";
import type { Outcome } from "./occurrences.js";
import { seek, shownBy } from "../../base/seek.js";

/**
 * The faults that remove records from the log. The following auditor has seen the records before.
 */

type Deletion = Extract<TopicAction, { do: "delete-records" }>;
type Retention = Extract<TopicAction, { do: "retention" }>;
type Log = { partition: number; start: number; end: number };
type Starts = ReadonlyMap<number, number>;

/** The effect is immediate, except on a slow machine or if a broker is away. */
const effectLimitMs = 60_000;

export async function deleteRecords({ partition, upTo }: Deletion, run: FaultProgress): Promise<Outcome> {
  const { admin, topic, follower, signal } = run;
  const logs = (await logsOf(run)).filter((log) => partition === undefined || log.partition === partition);
  const targets = new Map(
    logs
      .map(({ partition: one, start, end }) => ({ one, start, below: Math.min(upTo ?? end, end) }))
      .filter(({ start, below }) => below > start)
      .map(({ one, below }) => [one, below]),
  );
  const appliedAt = epochMs();
  if (targets.size === 0) return { appliedAt, probe: "no records to delete" };

  await follower?.passed(targets);
  const after = await waitUntil(
    "the deleted records to be gone",
    async () => {
      await admin.deleteRecords(topic, targets);
      const starts = startsOf(await admin.logEnds(topic));
      return [...targets].every(([one, below]) => (starts.get(one) ?? 0) >= below) && starts;
    },
    { limitMs: effectLimitMs, signal },
  );
  return { appliedAt, ...moved(startsOf(logs), after), inForce: true };
}

/**
 * Shortens the topic's retention until each log that held records has lost some, then restores the
 * topic's settings. The brokers sweep one after the other. Each sweep follows within the retention
 * time plus the interval between two sweeps.
 */
export async function shortenRetention({ ms }: Retention, run: FaultProgress): Promise<Outcome> {
  const { admin, topic, follower, plan, drained, signal } = run;
  const { config } = plan.scenario.topic;
  const settings = (): Promise<string> => settingsOf(topic, run);
  const own = await answerTo(`the settings of ${topic}`, settings, run);
  await follower?.passedEnds();
  const before = await logsOf(run);
  const filled = before.filter(({ start, end }) => end > start);
  const appliedAt = epochMs();
  const configure = (settings: Readonly<Record<string, string>>): Promise<void> =>
    answerTo(`${topic} to be configured`, () => admin.configureTopic(topic, settings), run);
  await configure({ ...config, "retention.ms": String(ms) });
  const haveMoved = async (): Promise<boolean> => {
    const starts = startsOf(await admin.logEnds(topic));
    return filled.every(({ partition, start }) => (starts.get(partition) ?? 0) > start);
  };
  const sweepMs = ms + sweepEveryMs(plan.scenario.brokers.config) + effectLimitMs;
  const wait = { limitMs: sweepMs, enoughMs: sweepMs, everyMs: 20, over: drained };
  const swept = await seek("the retention to remove records", haveMoved, wait);
  await configure(config);
  const healedAt = epochMs();
  const after = startsOf(await logsOf(run));
  const back = await seek(`${topic} to get its own settings back`, async () => (await settings()) === own, {
    limitMs: effectLimitMs,
    enoughMs: effectLimitMs,
    over: signal,
  });
  return {
    appliedAt,
    healedAt,
    ...moved(startsOf(before), after),
    inForce: shownBy(swept),
    healed: shownBy(back),
  };
}

/** Kafka's default interval between two sweeps, if the scenario does not set one. */
const sweepEveryMsUsual = 300_000;

function sweepEveryMs(config: Readonly<Record<string, string>>): number {
  return Number(config["log.retention.check.interval.ms"] ?? sweepEveryMsUsual);
}

/** Returns the settings that the topic itself overrides, as one string. */
async function settingsOf(topic: string, { admin }: FaultProgress): Promise<string> {
  const settings = [...(await admin.topicSettings(topic))].filter(([, { own }]) => own);
  return JSON.stringify(settings.toSorted(([one], [other]) => one.localeCompare(other)));
}

/** Deletes the topic and recreates it as it was at first: empty, with offsets from 0. */
export async function recreateTopic(run: FaultProgress): Promise<Outcome> {
  const { admin, topic, follower, plan, signal } = run;
  await follower?.passedEnds();
  const records = (await logsOf(run)).reduce((sum, { start, end }) => sum + end - start, 0);
  const appliedAt = epochMs();
  const isThere = async (): Promise<boolean> => (await admin.inventory()).topics.includes(topic);
  await waitUntil(
    `${topic} to be gone`,
    async () => {
      if (!(await isThere())) return true;
      await admin.deleteTopic(topic);
      return !(await isThere());
    },
    { limitMs: effectLimitMs, signal },
  );
  const create = async (): Promise<void> => {
    // The brokers may have created it although the answer was lost.
    if (!(await isThere())) await admin.createTopic(topic, plan.scenario.topic);
  };
  await answerTo(`${topic} to be recreated`, create, run);
  follower?.readFromStart();
  const probe = `deleted with ${records} records and recreated`;
  return { appliedAt, healedAt: epochMs(), touched: 1, probe, inForce: true, healed: true };
}

async function logsOf(run: FaultProgress): Promise<Log[]> {
  return await answerTo("the ends of the log", () => run.admin.logEnds(run.topic), run);
}

function startsOf(logs: readonly Log[]): Starts {
  return new Map(logs.map(({ partition, start }) => [partition, start]));
}

/** Returns which log starts moved, and by how much. */
function moved(before: Starts, after: Starts): { touched: number; probe: string } {
  const starts = [...after].filter(([one, start]) => start > (before.get(one) ?? start));
  const changes = starts.map(([one, start]) => `partition ${one}: log start ${before.get(one)} → ${start}`);
  return { touched: starts.length, probe: changes.length > 0 ? changes.join(", ") : "no log start moved" };
}
