import type { Calibration, Scenario } from "../scenario/scenario.js";
import { meanOf, type Mean } from "../statistics/bootstrap.js";
import { type Claim, contentOf, toleranceInterval } from "../statistics/tolerance.js";
import type { Expectation, Verdict } from "../verdict/judge.js";
import { type BoundJudgement, judgeRepeat, type Rule } from "../verdict/judge-repeat.js";
import { type CurveRun, lostPerFaultOf, runOf } from "./curve.js";
import type { Result } from "./result.js";

/** What the trials of one scenario found together, as data. Terminal, JSON and page are views of it. */
export interface Repeat {
  schema: "lossbound.repeat/1";
  scenario: string;
  claim: string;
  guarantee: Result["guarantee"];
  /** From which the seeds of all trials are derived. */
  seed: number;
  /** Trials that were asked for. */
  planned: number;
  /** Whether fewer were made because the verdict was certain. */
  stoppedEarly: boolean;
  verdict: Verdict;
  /** Why it is not `held`, a sentence each. */
  reasons: string[];
  /** The wanted chance that it is broken by chance alone. */
  falseAlarms: number;
  calibrated: Calibration | null;
  inconclusive: { trials: number; allowed: number };
  bounds: RepeatedBound[];
  /** Messages, for each fault that fell, over the trials that are not inconclusive; `null` for fewer than two. */
  lostPerFault: Mean | null;
  trials: TrialFound[];
  repeatWith: string;
}

export interface RepeatedBound extends BoundJudgement {
  /** Messages; of a share, the least and the most that it was in a trial. */
  min: number | null;
  max: number | null;
  /** Messages over the trials that are not inconclusive, with the interval of 95 %; `null` for fewer than two. */
  mean: Mean | null;
  tolerance: Tolerance | null;
  /** The trial that is furthest outside or, where none is, nearest to an end. */
  worst: WorstTrial | null;
}

/** Between `low` and `high` lies the share `content` of all trials there could be, with this confidence. */
export interface Tolerance extends Claim {
  low: number;
  high: number;
}

export interface WorstTrial {
  number: number;
  seed: number;
  observed: number;
  /** The command that repeats this one alone. */
  repeatWith: string;
}

/** One trial, with the name that its folder has too. */
export interface TrialFound extends CurveRun {
  number: number;
  repeatWith: string;
}

/** Of all intervals here. */
const confidence = 0.95;
const contentUsual = 0.95;

/** @param results of the trials, in any order. */
export function repeatOf(
  { name, claim, guarantee, calibrated }: Scenario,
  asked: Pick<Repeat, "seed" | "planned" | "falseAlarms" | "stoppedEarly" | "repeatWith">,
  results: readonly Result[],
): Repeat {
  const inOrder = results.toSorted((one, next) => numberOf(one) - numberOf(next));
  const rule: Rule = { ...asked, calibrated };
  const { bounds, ...judged } = judgeRepeat(inOrder, rule);
  const { repeatWith, ...others } = asked;
  const counted = inOrder.filter(counts);
  return {
    schema: "lossbound.repeat/1",
    scenario: name,
    claim,
    guarantee,
    ...others,
    ...judged,
    calibrated: calibrated ?? null,
    bounds: bounds.map((bound) => ({ ...bound, ...figuresOf(bound.name, counted, asked.seed) })),
    lostPerFault:
      meanOf(
        counted.flatMap((result) => lostPerFaultOf(result) ?? []),
        { confidence, seed: asked.seed },
      ) ?? null,
    trials: inOrder.map((result) => ({
      ...runOf(result),
      number: numberOf(result),
      repeatWith: result.repeatWith,
    })),
    repeatWith,
  };
}

/** What did not show what it set out to show says nothing of the distribution. */
export function counts({ verdict }: { verdict: Verdict }): boolean {
  return verdict !== "inconclusive";
}

function numberOf({ trial }: Result): number {
  return trial?.number ?? 1;
}

type Figures = Omit<RepeatedBound, keyof BoundJudgement>;

function figuresOf(name: string, results: readonly Result[], seed: number): Figures {
  const seen = results.flatMap((result) =>
    result.expectations
      .filter((expectation) => expectation.name === name)
      .map((expectation) => ({ result, expectation })),
  );
  const observed = seen.map(({ expectation }) => expectation.observed);
  const ends = (end: "min" | "max"): number[] =>
    seen.flatMap(({ expectation }) => (expectation[end] === null ? [] : [expectation[end]]));
  const [worst] = seen.toSorted((one, next) => excessOf(next.expectation) - excessOf(one.expectation));
  return {
    min: ends("min").length === 0 ? null : Math.min(...ends("min")),
    max: ends("max").length === 0 ? null : Math.max(...ends("max")),
    mean: meanOf(observed, { confidence, seed }) ?? null,
    tolerance: toleranceOf(observed),
    worst: worst === undefined ? null : worstTrial(worst.result, worst.expectation.observed),
  };
}

function worstTrial(result: Result, observed: number): WorstTrial {
  const { seed, repeatWith } = result;
  return { number: numberOf(result), seed, observed, repeatWith };
}

/** How far beyond the nearer end; below 0 where it is within. */
function excessOf({ min, max, observed }: Expectation): number {
  return Math.max(
    min === null ? -Infinity : min - observed,
    max === null ? -Infinity : observed - max,
    // Without a bound the most is the worst.
    min === null && max === null ? observed : -Infinity,
  );
}

/** For 95 % of all trials where there are enough of them, otherwise for as many as they support. */
function toleranceOf(observed: readonly number[]): Tolerance | null {
  if (observed.length < 2) return null;
  const most = contentOf(observed.length, confidence, 2);
  // One binary digit less than the trials support, so that rounding cannot ask for more than that.
  const content = most >= contentUsual ? contentUsual : most * (1 - 1e-9);
  const found = toleranceInterval(observed, { content, confidence });
  return found === undefined ? null : { low: found.low, high: found.high, content, confidence };
}
