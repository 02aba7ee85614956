import type { Scenario } from "../../scenario/scenario.js";
import { layOut } from "../layout.js";
import { dueAfter, sendEveryMs } from "../schedule.js";
import type { Interval } from "./prediction.js";

/** What is sent while something lasts: the part of a prediction that is rate times time. */

/**
 * No moment of a run is known better than this, in milliseconds: what falls due goes out every 10 ms, and
 * what is asked of Toxiproxy, or of a client, takes some milliseconds to be there.
 */
export const edgeMs = 20;

type Load = Pick<Scenario, "producers">;

/** Messages a second of each producer. */
export function rateOfEach({ producers }: Load): number {
  return producers.rate / producers.count;
}

/** The least and the most that falls due in any `fromMs` to `toMs` milliseconds, all producers together. */
export function loadOf(scenario: Load, fromMs: number, toMs: number): Interval {
  const inTicks = (ticks: number): number => (rateOfEach(scenario) * ticks * sendEveryMs) / 1000;
  const { count } = scenario.producers;
  return {
    min: count * Math.floor(inTicks(Math.max(0, Math.floor(fromMs / sendEveryMs)))),
    max: count * Math.ceil(inTicks(Math.ceil(toMs / sendEveryMs))),
  };
}

/** The largest send, all producers together. */
export function sendOf(scenario: Load): number {
  return loadOf(scenario, 0, sendEveryMs).max;
}

/** What falls due after `ms` of the schedule, up to its end, all producers together. */
export function dueBehind({ producers }: Load, ms: number): number {
  const rate = rateOfEach({ producers });
  return layOut(producers.messages, producers.count).messages.reduce(
    (sum, messages) => sum + Math.max(0, messages - (ms < 0 ? 0 : dueAfter(rate, ms))),
    0,
  );
}

export function sendingMsOf({ producers }: Load): number {
  return (producers.messages / producers.rate) * 1000;
}
