import { type Cause, causes } from "../../scenario/scenario.js";

/** What a scenario will lose, told before it runs, of the scenario alone. */
export type Prediction = Predicted | Unpredicted;

export const formulas = [
  "no-loss",
  "exact-place",
  "cut-connection",
  "black-hole",
  "link-down",
  "link-reset",
  "oversized-record",
  "producer-kill",
  "consumer-kill",
  "offsets-reset",
] as const;

export type Formula = (typeof formulas)[number];

export interface Predicted {
  kind: "predicted";
  formula: Formula;
  /** The formula as a sentence. */
  words: string;
  /** What it was made of, in the order of the sentence. */
  inputs: readonly PredictionInput[];
  /** Messages lost, whatever the cause. Where both ends are the same the prediction is exact. */
  lost: Interval;
  /** Messages lost by each cause; none by those that the formula does not speak of. */
  lostBy: Record<Cause, Interval>;
  /** Messages that the formula cannot tell apart: one send, 20 ms of load, one chunk. 0: it is exact. */
  resolution: number;
}

/** Where nothing honest can be said. */
export interface Unpredicted {
  kind: "unpredicted";
  /** A part of a sentence. */
  why: string;
}

export interface PredictionInput {
  name: string;
  value: string;
}

/** Messages, both ends among them. */
export interface Interval {
  min: number;
  max: number;
}

export const none: Interval = { min: 0, max: 0 };

export function unpredicted(why: string): Unpredicted {
  return { kind: "unpredicted", why };
}

interface Reckoning {
  formula: Formula;
  words: string;
  inputs: Readonly<Record<string, string>>;
  lost: Interval;
  /** Causes that are not named take nothing. */
  lostBy: Partial<Record<Cause, Interval>>;
  resolution: number;
}

export function predicted({ inputs, lostBy, ...rest }: Reckoning): Predicted {
  return {
    kind: "predicted",
    ...rest,
    inputs: Object.entries(inputs).map(([name, value]) => ({ name, value })),
    lostBy: Object.fromEntries(causes.map((cause) => [cause, lostBy[cause] ?? none])) as Record<
      Cause,
      Interval
    >,
  };
}

/** Of things that have nothing to do with each other. */
export function sumOf(intervals: readonly Interval[]): Interval {
  return {
    min: intervals.reduce((sum, { min }) => sum + min, 0),
    max: intervals.reduce((sum, { max }) => sum + max, 0),
  };
}

export function times({ min, max }: Interval, count: number): Interval {
  return { min: min * count, max: max * count };
}
