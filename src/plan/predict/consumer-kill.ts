import { formatDuration } from "../../scenario/quantities.js";
import type { Scenario } from "../../scenario/scenario.js";
import type { KillFault } from "../../scenario/faults.js";
import { type Interval, type Prediction, predicted, unpredicted } from "./prediction.js";

/** What a commit takes, in milliseconds: a kill that falls into it costs nothing yet. */
const commitMs = 2;

/** What the interval leaves out on either side. */
const tail = 0.005;

/** Chunks and kills beyond this are reckoned in coarser steps. */
const stepsMax = 200;

/** More load than the consumers can take, so much that a fetch brings many chunks. */
const pressing = 1.2;

/**
 * A busy consumer goes round and round: a commit, then the handlers of the chunk. A kill that knows nothing of
 * it falls anywhere in the round. In the handler of message k of n it costs n − k + 1, each k as likely; in
 * the commit, nothing. Several kills have nothing to do with each other, so their sum has the distribution of
 * a sum, which is narrower than all of the least and all of the most.
 */
export function predictConsumerKills(scenario: Scenario, faults: readonly KillFault[]): Prediction {
  const { consumers, producers } = scenario;
  const { count, handle, commitEvery, partitionsConsumedConcurrently } = consumers;
  if (partitionsConsumedConcurrently > 1) {
    return unpredicted(
      "a consumer handles several partitions at a time: each has a chunk of its own in hand",
    );
  }
  const perSecond = (count * 1000) / handle;
  if (handle === 0 || producers.rate < pressing * perSecond || scenario.topic.partitions < count) {
    return unpredicted(
      "a consumer is killed at a moment, and may have nothing in hand: only more load than they can take keeps them all busy",
    );
  }
  const chunkMs = commitMs + commitEvery * handle;
  const drainedMs = (producers.messages / perSecond) * 1000;
  const moments = faults.flatMap(({ trigger, times, every }) =>
    Array.from({ length: times }, (_, place) => momentMs(trigger, producers.rate, perSecond) + place * every),
  );
  if (moments.some((ms) => ms < 2 * chunkMs || ms + chunkMs > drainedMs)) {
    return unpredicted(
      "a consumer is killed before it has its first full chunks, or when little is left to be read",
    );
  }
  const kills = moments.length;
  const { min, max } = sumOfKills(kills, commitEvery, commitMs / chunkMs);
  return predicted({
    formula: "consumer-kill",
    words:
      "kills × what is left of a chunk: in the handler of message k of n, n − k + 1, each k as likely; " +
      "in the commit, nothing; 99 % of all sums",
    inputs: { kills: String(kills), chunk: String(commitEvery), handler: formatDuration(handle) },
    lost: { min, max },
    lostBy: {
      "in-processing": { min: 0, max: kills },
      "after-commit": { min: Math.max(0, min - kills), max },
    },
    resolution: kills * commitEvery,
  });
}

/** When it falls, in milliseconds of the schedule, while `perSecond` messages are handled a second. */
function momentMs(trigger: KillFault["trigger"], sentPerSecond: number, perSecond: number): number {
  switch (trigger.kind) {
    case "at":
      return trigger.ms;
    case "after":
      return (trigger.count / (trigger.of === "sent" ? sentPerSecond : perSecond)) * 1000;
    case "handling":
    case "before-commit":
    case "in-commit":
    case "after-commit":
    case "during-rebalance":
      return 0;
  }
}

/** Between which ends 99 % of the sums of so many kills lie. `idle`: the share of kills that cost nothing. */
function sumOfKills(kills: number, chunk: number, idle: number): Interval {
  const step = Math.max(1, Math.ceil(chunk / stepsMax));
  const values = Math.ceil(chunk / step);
  const one = [idle, ...Array.from({ length: values }, () => (1 - idle) / values)];
  let sum = [1];
  for (let kill = 0; kill < kills; kill++) sum = convolved(sum, one);
  const least = placeBehind(tail, sum);
  const most = sum.length - 1 - placeBehind(tail, sum.toReversed());
  // A step stands for all that it rounds up.
  return { min: Math.max(0, least * step - kills * (step - 1)), max: Math.min(kills * chunk, most * step) };
}

/** The first place at which more than `share` of all chances have been passed. */
function placeBehind(share: number, chances: readonly number[]): number {
  let passed = 0;
  return chances.findIndex((chance) => (passed += chance) > share);
}

function convolved(a: readonly number[], b: readonly number[]): number[] {
  const sum = Array.from({ length: a.length + b.length - 1 }, () => 0);
  for (const [i, x] of a.entries()) for (const [j, y] of b.entries()) sum[i + j]! += x * y;
  return sum;
}
