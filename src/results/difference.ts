import { meanOf, type Mean } from "../statistics/bootstrap.js";
import { greaterByMoreThanChance } from "../statistics/permutation.js";
import type { Verdict } from "../verdict/judge.js";
import { lostPerFault } from "./curve.js";
import { counts, type Repeat } from "./repeat.js";
import type { Result } from "./result.js";

/** What one scenario loses now, held against what it lost before. */
export interface Difference {
  scenario: string;
  /** `broken`: it loses more than before, by more than chance. */
  verdict: Verdict;
  /** Why it is not `held`, a sentence each. */
  reasons: string[];
  /** What is compared: messages for each fault that hit something or, where none did, for each run. */
  per: "fault" | "run";
  before: Side | null;
  now: Side | null;
  /** The chance of so much more, or still more, were nothing changed; `null` where nothing can be compared. */
  chance: number | null;
  /** So rare it has to be to break. */
  wanted: number;
}

/** The runs that count, on one side. */
export interface Side {
  runs: number;
  /** Messages. */
  mean: number;
  /** Of 95 %; `null` for fewer than two runs. */
  interval: Pick<Mean, "low" | "high"> | null;
}

/** What was stored of a scenario: of one run, or of trials. */
export type Stored = Result | Repeat;

/**
 * Compares what scenarios lost before and now, by the one-sided permutation test over their runs. All that are
 * compared share the wanted chance of a false alarm evenly.
 *
 * @param falseAlarms above 0 and below 1.
 * @param seed of the ways that are drawn where there are too many to look at all.
 */
export function differencesOf(
  before: readonly Stored[],
  now: readonly Stored[],
  { falseAlarms, seed }: { falseAlarms: number; seed: number },
): Difference[] {
  const names = [...new Set([...now, ...before].map(({ scenario }) => scenario))];
  const wanted = falseAlarms / Math.max(1, names.length);
  return names.map((name) => {
    const named = (all: readonly Stored[]) => all.findLast(({ scenario }) => scenario === name);
    return differenceOf(name, named(before), named(now), { wanted, seed });
  });
}

/** Of all together: what is broken outweighs what shows nothing, and nothing compared is nothing shown. */
export function verdictOfAll(differences: readonly Difference[]): Verdict {
  if (differences.some(({ verdict }) => verdict === "broken")) return "broken";
  return differences.length > 0 && differences.every(({ verdict }) => verdict === "held")
    ? "held"
    : "inconclusive";
}

/** What was found now, with the verdict that it has beside that of before: the more serious of the two. */
export function withDifference<S extends Stored>(found: S, { verdict, reasons }: Difference): S {
  if (verdict === "held" || found.verdict === "broken") {
    return verdict === "broken" ? { ...found, reasons: [...found.reasons, ...reasons] } : found;
  }
  const others = verdict === "broken" ? [] : found.reasons;
  return { ...found, verdict, reasons: [...others, ...reasons] };
}

function differenceOf(
  scenario: string,
  before: Stored | undefined,
  now: Stored | undefined,
  { wanted, seed }: { wanted: number; seed: number },
): Difference {
  const all = { before: runsOf(before), now: runsOf(now) };
  // A fault that fell on one side only is no fault to divide by.
  const per = [...all.before, ...all.now].every((run) => lostPerFault(run) !== null) ? "fault" : "run";
  const samples = (runs: readonly Run[]) =>
    runs.map((run) => (per === "fault" ? lostPerFault(run)! : run.lost));
  const [was, is] = [samples(all.before), samples(all.now)];
  const sides = { scenario, per, wanted, before: sideOf(was, seed), now: sideOf(is, seed) } as const;
  const missing = [
    ...(was.length === 0 ? ["there is no run of it before that shows anything"] : []),
    ...(is.length === 0 ? ["there is no run of it now that shows anything"] : []),
    ...(before && now && before.guarantee !== now.guarantee
      ? [`it was run under ${before.guarantee} before, and under ${now.guarantee} now`]
      : []),
  ];
  if (missing.length > 0) return { ...sides, verdict: "inconclusive", reasons: missing, chance: null };
  const { chance, least } = greaterByMoreThanChance(is, was, seed);
  if (chance <= wanted) {
    return { ...sides, verdict: "broken", reasons: [`it loses more for each ${per} than before`], chance };
  }
  if (least > wanted) {
    const reason = `runs are too few to tell a change from chance: ${was.length} before, and ${is.length} now`;
    return { ...sides, verdict: "inconclusive", reasons: [reason], chance };
  }
  return { ...sides, verdict: "held", reasons: [], chance };
}

interface Run {
  verdict: Verdict;
  lost: number;
  faults: number;
}

function runsOf(stored: Stored | undefined): Run[] {
  if (stored === undefined) return [];
  if (stored.schema === "lossbound.repeat/1") return stored.trials.filter(counts);
  const faults = stored.faults.filter(({ touched }) => touched > 0).length;
  return [{ verdict: stored.verdict, lost: stored.messages.lost, faults }].filter(counts);
}

function sideOf(samples: readonly number[], seed: number): Side | null {
  if (samples.length === 0) return null;
  const mean = samples.reduce((sum, value) => sum + value, 0) / samples.length;
  const found = meanOf(samples, { confidence: 0.95, seed });
  return {
    runs: samples.length,
    mean,
    interval: found === undefined ? null : { low: found.low, high: found.high },
  };
}
