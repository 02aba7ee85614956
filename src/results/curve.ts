import type { Scenario, Sweep } from "../scenario/scenario.js";
import type { Verdict } from "../verdict/judge.js";
import type { Result } from "./result.js";

/** What one scenario lost at each value of a sweep, as data: the table, the CSV and the charts are views of it. */
export interface Curve {
  schema: "lossbound.sweep/1";
  scenario: string;
  claim: string;
  guarantee: Result["guarantee"];
  /** `rate`: messages a second that the producers were to send; `commitEvery`: messages that a commit covers. */
  of: Sweep["of"];
  /** Of the first round; each later one has the next. */
  seed: number;
  /** Runs that were asked for at each value. */
  repeats: number;
  /** One a value, in the order of the values. */
  points: CurvePoint[];
  /** Empty where no run came to its end. */
  repeatWith: string;
}

export interface CurvePoint {
  value: number;
  /** Over the runs that count: those that are not inconclusive. `null` where there is none. */
  lossRatio: Spread | null;
  /** Messages, for each fault that fell. */
  lostPerFault: Spread | null;
  /** Messages a second, as they were really sent and processed: the throughput that was reached. */
  sentPerSecond: Spread | null;
  processedPerSecond: Spread | null;
  runs: CurveRun[];
}

/**
 * Of n runs. That a further run lies between `min` and `max` has a probability of (n − 1) / (n + 1),
 * whatever the distribution (Wilks 1941: the coverage of the range of n exchangeable observations).
 */
export interface Spread {
  mean: number;
  min: number;
  max: number;
}

/** One run of a point. */
export interface CurveRun {
  /** Its name, which its folder has too. */
  scenario: string;
  runId: string;
  seed: number;
  verdict: Verdict;
  sent: number;
  lost: number;
  /** Faults that touched something live, each of its occurrences counted. */
  faults: number;
  lossRatio: number;
  sentPerSecond: number;
  processedPerSecond: number;
}

/** @param results of the steps, in any order. */
export function curveOf(
  { name, claim, guarantee }: Scenario,
  { of, values }: Sweep,
  asked: Pick<Curve, "seed" | "repeats">,
  results: readonly Result[],
): Curve {
  return {
    schema: "lossbound.sweep/1",
    scenario: name,
    claim,
    guarantee,
    of,
    ...asked,
    points: pointsOf(values, results),
    repeatWith: results[0]?.repeatWith ?? "",
  };
}

/** One a value, in the order of the values; the results in any order. */
export function pointsOf(values: readonly number[], results: readonly Result[]): CurvePoint[] {
  return values.map((value) =>
    pointOf(
      value,
      results.filter(({ step }) => step?.value === value),
    ),
  );
}

/** What did not show what it set out to show, a fault that touched nothing say, is no part of a curve. */
export function runsThatCount({ runs }: Pick<CurvePoint, "runs">): CurveRun[] {
  return runs.filter(({ verdict }) => verdict !== "inconclusive");
}

function pointOf(value: number, results: readonly Result[]): CurvePoint {
  const runs = results.map(runOf);
  const counted = runsThatCount({ runs });
  return {
    value,
    lossRatio: spreadOf(counted.map(({ lossRatio }) => lossRatio)),
    lostPerFault: spreadOf(counted.map(lostPerFault).filter((lost) => lost !== null)),
    sentPerSecond: spreadOf(counted.map(({ sentPerSecond }) => sentPerSecond)),
    processedPerSecond: spreadOf(counted.map(({ processedPerSecond }) => processedPerSecond)),
    runs,
  };
}

/** Messages that a run lost for each fault that hit something; `null` where none did. */
export function lostPerFaultOf(result: Result): number | null {
  return lostPerFault(runOf(result));
}

/** The same, of a run by its figures. */
export function lostPerFault({ lost, faults }: Pick<CurveRun, "lost" | "faults">): number | null {
  return faults === 0 ? null : lost / faults;
}

export function runOf({
  scenario,
  runId,
  seed,
  verdict,
  messages,
  faults,
  lossRatio,
  throughput,
}: Result): CurveRun {
  return {
    scenario,
    runId,
    seed,
    verdict,
    sent: messages.sent,
    lost: messages.lost,
    faults: faults.filter(({ touched }) => touched > 0).length,
    lossRatio,
    ...throughput,
  };
}

function spreadOf(values: readonly number[]): Spread | null {
  if (values.length === 0) return null;
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
  return { mean, min: Math.min(...values), max: Math.max(...values) };
}
