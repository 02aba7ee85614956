import type { Scenario } from "../scenario/scenario.js";
import { type Allowance, allowanceOf, trialsToCalibrate, type Wanted } from "../statistics/allowance.js";
import { toleranceInterval } from "../statistics/tolerance.js";
import { isMeasured } from "../verdict/judge-repeat.js";
import { counts } from "./repeat.js";
import type { Result } from "./result.js";

/** Bounds that trials propose, as data. Terminal, JSON and the scenario file are views of it. */
export interface CalibrationResult {
  schema: "lossbound.calibration/1";
  scenario: string;
  guarantee: Result["guarantee"];
  /** From which the seeds of all trials are derived. */
  seed: number;
  /** Trials that were made. */
  made: number;
  /** Of these: those that show how much is lost. */
  trials: number;
  /** What the bounds are for. */
  wanted: Wanted;
  /** The trials that this takes. */
  needed: number;
  /** What the trials support; `null` where they are too few. Then nothing is proposed. */
  allowance: Allowance | null;
  bounds: CalibratedBound[];
  repeatWith: string;
}

export interface CalibratedBound {
  name: string;
  /** As they are in the scenario, in messages; of a share, the least and the most that it was in a trial. */
  before: Ends;
  /** The least and the most messages of any trial; `null` where there was none. */
  observed: { min: number; max: number } | null;
  /** `null`: it stays as it is, since the trials are too few, or none of them lost anything so. */
  proposed: { min: number; max: number } | null;
}

interface Ends {
  min: number | null;
  max: number | null;
}

/** How sure a calibration is of all its bounds together. */
export const confidenceUsual = 0.95;

/** The bounds of a scenario that are calibrated: those on losses that allow some. */
export function boundsToCalibrate({ expect }: Scenario): string[] {
  const bounds = [
    ["lost", expect.lost] as const,
    ["silentlyLost", expect.silentlyLost] as const,
    ...Object.entries(expect.lostBy).map(([cause, bound]) => [`lostBy.${cause}`, bound] as const),
  ];
  return bounds.flatMap(([name, bound]) => {
    if (bound === undefined) return [];
    return isMeasured({ name, max: bound.max?.value ?? null }) ? [name] : [];
  });
}

/** @param results of the trials, in any order. */
export function calibrationOf(
  scenario: Scenario,
  asked: { seed: number; wanted: Wanted; repeatWith: string },
  results: readonly Result[],
): CalibrationResult {
  const { seed, wanted, repeatWith } = asked;
  const shown = results.filter(showsLoss);
  const allowance = allowanceOf(shown.length, wanted) ?? null;
  return {
    schema: "lossbound.calibration/1",
    scenario: scenario.name,
    guarantee: scenario.guarantee,
    seed,
    made: results.length,
    trials: shown.length,
    wanted,
    needed: trialsToCalibrate(wanted),
    allowance,
    bounds: boundsToCalibrate(scenario).map((name) => boundOf(name, shown, allowance)),
    repeatWith,
  };
}

/** A run that proves nothing is no sample, and neither is one whose loss may be somebody else's doing. */
export function showsLoss(result: Result): boolean {
  return counts(result) && result.doubts.length === 0;
}

function boundOf(name: string, results: readonly Result[], allowance: Allowance | null): CalibratedBound {
  const seen = results.flatMap(({ expectations }) => expectations.filter((each) => each.name === name));
  const observed = rangeOf(seen.map((each) => each.observed));
  return {
    name,
    before: {
      min: rangeOf(seen.flatMap(({ min }) => min ?? []))?.min ?? null,
      max: rangeOf(seen.flatMap(({ max }) => max ?? []))?.max ?? null,
    },
    observed,
    proposed: allowance === null || (observed?.max ?? 0) === 0 ? null : proposed(seen, allowance),
  };
}

function proposed(
  seen: readonly { observed: number }[],
  { outside, confidence }: Allowance,
): { min: number; max: number } | null {
  const claim = { content: 1 - outside, confidence };
  const interval = toleranceInterval(
    seen.map(({ observed }) => observed),
    claim,
  );
  return interval === undefined ? null : { min: interval.low, max: interval.high };
}

function rangeOf(values: readonly number[]): { min: number; max: number } | null {
  if (values.length === 0) return null;
  return {
    min: values.reduce((least, value) => Math.min(least, value)),
    max: values.reduce((most, value) => Math.max(most, value)),
  };
}
