import type { Scenario } from "../../scenario/scenario.js";
import type { KillFault } from "../../scenario/faults.js";
import { type Interval, type Prediction, none, predicted, sumOf, times, unpredicted } from "./prediction.js";

interface Cost {
  lost: Interval;
  inProcessing: Interval;
  afterCommit: Interval;
  /** One kill, in words. */
  words: string;
}

/**
 * A consumer that was committed ahead and is killed in a known place of its chunk: what is left of the chunk
 * is lost, and nothing else, since the next consumer begins behind it.
 */
export function predictPlaces(scenario: Scenario, faults: readonly KillFault[]): Prediction {
  const { commitEvery, partitionsConsumedConcurrently } = scenario.consumers;
  if (partitionsConsumedConcurrently > 1) {
    return unpredicted(
      "a consumer handles several partitions at a time: where it is in the others is not known",
    );
  }
  const costs: (Cost & { count: number })[] = [];
  for (const fault of faults) {
    const cost = costOf(fault, commitEvery);
    if (typeof cost === "string") return unpredicted(cost);
    costs.push({ ...cost, count: fault.times });
  }
  const total = (part: "lost" | "inProcessing" | "afterCommit"): Interval =>
    sumOf(costs.map((cost) => times(cost[part], cost.count)));
  const lost = total("lost");
  const kills = costs.reduce((sum, { count }) => sum + count, 0);
  return predicted({
    formula: "exact-place",
    words: [...new Set(costs.map(({ words }) => words))].join("; "),
    inputs: { kills: String(kills), chunk: String(commitEvery) },
    lost,
    lostBy: { "in-processing": total("inProcessing"), "after-commit": total("afterCommit") },
    resolution: lost.min === lost.max ? 0 : kills * commitEvery,
  });
}

function costOf({ trigger }: KillFault, chunk: number): Cost | string {
  switch (trigger.kind) {
    case "handling": {
      const { message, of } = trigger;
      const left = of - message + 1;
      return {
        lost: exactly(left),
        inProcessing: exactly(1),
        afterCommit: exactly(left - 1),
        words: `a kill in message ${message} of a chunk of ${of}: ${of} − ${message} + 1`,
      };
    }
    case "before-commit":
      return { lost: none, inProcessing: none, afterCommit: none, words: "a kill before a commit: nothing" };
    case "in-commit": {
      const lost = { min: 0, max: chunk };
      return {
        lost,
        inProcessing: none,
        afterCommit: lost,
        words: "a kill in a commit: nothing, or a chunk, by whether it came in time",
      };
    }
    case "after-commit": {
      const lost = { min: 1, max: chunk };
      return {
        lost,
        inProcessing: none,
        afterCommit: lost,
        words: "a kill behind a commit: the chunk, which is full or the last of what was fetched",
      };
    }
    case "during-rebalance":
      return "a consumer is killed during a rebalance, and where it is in its chunk by then is not known";
    case "at":
    case "after":
      return "a consumer is killed at a place and another one at a moment";
  }
}

function exactly(count: number): Interval {
  return { min: count, max: count };
}
