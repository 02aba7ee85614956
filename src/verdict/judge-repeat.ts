import type { Calibration } from "../scenario/scenario.js";
import { chanceOfAtLeast, rareCount } from "../statistics/binomial.js";
import type { Expectation, Verdict } from "./judge.js";

/** What is known of a trial, for the verdict over all. */
export interface JudgedTrial {
  verdict: Verdict;
  expectations: readonly Expectation[];
}

/** What the trials are held against, beside the bounds. */
export interface Rule {
  /** How many trials there are to be. */
  planned: number;
  /** The wanted chance that all of it is broken by chance alone. */
  falseAlarms: number;
  calibrated: Calibration | undefined;
}

export interface RepeatJudgement {
  verdict: Verdict;
  /** Why the verdict is not `held`, a sentence each. */
  reasons: string[];
  bounds: BoundJudgement[];
  inconclusive: { trials: number; allowed: number };
}

/** One bound of the scenario, over all trials. */
export interface BoundJudgement {
  name: string;
  verdict: Verdict;
  /** Trials that show whether they keep it. */
  judged: number;
  /** Of these: those that do not. */
  outside: number;
  /** So many outside break it; `null` where even all of them might be chance. */
  toBreak: number | null;
  /** The chance of a trial to lie outside while all is well; 0 where the bound is a promise. */
  chancePerTrial: number;
  /** The chance that as many of the planned trials, or more, lie outside while all is well. */
  chance: number;
}

/**
 * Judges the trials of one scenario together.
 *
 * The order of the argument is that of a single run. A bound is broken when more trials lie outside of it than
 * chance explains: so many that the chance of it, and of more, is at most the wanted chance of a false alarm, which
 * all calibrated bounds share. A bound that is not calibrated is taken at its word: no trial may lie outside, so one
 * breaks it. Trials that are inconclusive hold nothing; more of them than a tenth, or a bound that no number of
 * trials could break, leave all of it inconclusive. Only then has it held.
 *
 * @param trials those that were made, so many as planned or fewer.
 */
export function judgeRepeat(trials: readonly JudgedTrial[], rule: Rule): RepeatJudgement {
  const bounds = boundsOf(trials, rule);
  const inconclusive = {
    trials: trials.filter(({ verdict }) => verdict === "inconclusive").length,
    allowed: Math.floor(rule.planned / 10),
  };
  const judged = { bounds, inconclusive };
  const broken = bounds.filter(({ verdict }) => verdict === "broken");
  if (broken.length > 0) return { verdict: "broken", reasons: broken.map(brokenInWords(rule)), ...judged };

  const left = rule.planned - trials.length;
  const reasons = [
    ...(trials.length === 0 ? ["no trial was made"] : []),
    ...tooManyInWords(inconclusive, rule),
    ...bounds.filter(({ toBreak }) => toBreak === null).map(toothlessInWords(rule)),
    ...(left > inconclusive.allowed - inconclusive.trials || couldBreak(bounds, left)
      ? unfinishedInWords(left, trials.length, rule)
      : []),
  ];
  return { verdict: reasons.length > 0 ? "inconclusive" : "held", reasons, ...judged };
}

/**
 * The verdict of all planned trials, whatever those that are left show; `undefined` where it still depends on them.
 */
export function certainVerdict(trials: readonly JudgedTrial[], rule: Rule): Verdict | undefined {
  const { verdict, bounds, inconclusive } = judgeRepeat(trials, rule);
  const left = rule.planned - trials.length;
  switch (verdict) {
    case "broken":
    case "held":
      return verdict;
    case "inconclusive": {
      const forGood =
        trials.length > 0 &&
        (inconclusive.trials > inconclusive.allowed || bounds.some(({ toBreak }) => toBreak === null));
      return left === 0 || (forGood && !couldBreak(bounds, left)) ? verdict : undefined;
    }
  }
}

/** Whether trials that are still to be made could break a bound. */
function couldBreak(bounds: readonly BoundJudgement[], left: number): boolean {
  return left > 0 && bounds.some(({ toBreak, outside }) => toBreak !== null && outside + left >= toBreak);
}

function boundsOf(
  trials: readonly JudgedTrial[],
  { planned, falseAlarms, calibrated }: Rule,
): BoundJudgement[] {
  const all = trials.flatMap(({ expectations }) => expectations);
  const names = [...new Set(all.map(({ name }) => name))];
  const measured = names.filter((name) =>
    all.some((expectation) => expectation.name === name && isMeasured(expectation)),
  );
  return names.map((name) => {
    const chancePerTrial = measured.includes(name) ? (calibrated?.outside ?? 0) : 0;
    const seen = trials.flatMap(({ verdict, expectations }) =>
      verdict === "inconclusive" ? [] : expectations.filter((expectation) => expectation.name === name),
    );
    const outside = seen.filter(({ verdict }) => verdict === "broken").length;
    const held = seen.filter(({ verdict }) => verdict === "held").length;
    const toBreak = rareCount(planned, chancePerTrial, falseAlarms / Math.max(1, measured.length)) ?? null;
    return {
      name,
      verdict: verdictOf(outside, outside + held, toBreak),
      judged: outside + held,
      outside,
      toBreak,
      chancePerTrial,
      chance: chanceOfAtLeast(outside, planned, chancePerTrial),
    };
  });
}

/** Where no trial shows anything, nothing has held. */
function verdictOf(outside: number, judged: number, toBreak: number | null): Verdict {
  if (toBreak === null || judged === 0) return "inconclusive";
  return outside >= toBreak ? "broken" : "held";
}

/** A bound on losses that allows some. What may not be at all is promised, and was never measured. */
export function isMeasured({ name, max }: Pick<Expectation, "name" | "max">): boolean {
  return (name === "silentlyLost" || name.startsWith("lost")) && max !== 0;
}

function brokenInWords({ planned }: Rule): (bound: BoundJudgement) => string {
  return ({ name, outside, judged, chance, chancePerTrial }) =>
    chancePerTrial === 0
      ? `${name}: ${outside} of ${judged} trials are outside, and none may be`
      : `${name}: ${outside} of ${judged} trials are outside, which in ${planned} trials chance does ${oneIn(chance)}`;
}

function tooManyInWords({ trials, allowed }: RepeatJudgement["inconclusive"], { planned }: Rule): string[] {
  return trials <= allowed
    ? []
    : [`${trials} trials are inconclusive, and of ${planned} at most ${allowed} may be`];
}

function toothlessInWords({ planned, falseAlarms }: Rule): (bound: BoundJudgement) => string {
  return ({ name, chancePerTrial }) =>
    `${name}: with bounds that ${oneIn(chancePerTrial)} is outside of, no ${planned} trials could show more ` +
    `than chance does ${oneIn(falseAlarms)}: it takes more trials`;
}

function unfinishedInWords(left: number, made: number, { planned }: Rule): string[] {
  return left > 0 && made > 0 ? [`${made} of ${planned} trials were made`] : [];
}

/** `once in 250`. */
export function oneIn(chance: number): string {
  if (chance < 1e-9) return "less than once in a billion";
  return `once in ${Number((1 / chance).toPrecision(3)).toLocaleString("en-US")}`;
}
