import { randomOf } from "../base/random.js";

export interface PermutationTest {
  /** The chance of a difference this large or larger if both samples had the same distribution. */
  chance: number;
  /** The smallest chance that this number of trials can give, however much they differ. */
  least: number;
  /** Whether every permutation was counted, rather than a random sample of them. */
  exact: boolean;
}

/** Up to this many permutations are all counted; beyond it, one fewer than this are drawn. */
const waysMax = 20_000;

/**
 * Tests whether the mean of `now` exceeds that of `before` by more than chance, with the one-sided
 * permutation test of R. A. Fisher, The Design of Experiments (1935). If both had the same
 * distribution, every division of all trials into two groups of these sizes would be equally
 * likely. The chance is the share of divisions whose difference is at least as large as the
 * observed one. If divisions are drawn at random, the observed one counts among them: B. Phipson
 * and G. K. Smyth, Permutation p-values should never be zero, Statistical Applications in Genetics
 * and Molecular Biology 9 (2010).
 *
 * @param seed for the random permutations: an integer from 0 to 2^32 - 1.
 */
export function greaterByMoreThanChance(
  now: readonly number[],
  before: readonly number[],
  seed: number,
): PermutationTest {
  const all = [...now, ...before];
  // The sums of the same trials in a different order may differ in the last digit.
  const observed = sumOf(now) - Math.abs(sumOf(all)) * 1e-12;
  const ways = waysToChoose(all.length, now.length);
  if (ways <= waysMax) {
    const [asGreat, counted] = countWays(all, now.length, observed);
    return { chance: asGreat / counted, least: 1 / ways, exact: true };
  }
  const random = randomOf(seed);
  const drawn = waysMax - 1;
  let asGreat = 1;
  for (let way = 0; way < drawn; way++) if (drawnSum(all, now.length, random) >= observed) asGreat += 1;
  return { chance: asGreat / (drawn + 1), least: 1 / (drawn + 1), exact: false };
}

function sumOf(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0);
}

/** Returns n over k. Large results are inexact, but only those up to `waysMax` are used. */
function waysToChoose(n: number, k: number): number {
  let ways = 1;
  for (let i = 1; i <= Math.min(k, n - k); i++) ways = (ways * (n - i + 1)) / i;
  return Math.round(ways);
}

/** Counts the choices of `k` values whose sum is at least `observed`, and all choices. */
function countWays(all: readonly number[], k: number, observed: number): [asGreat: number, counted: number] {
  let asGreat = 0;
  let counted = 0;
  const choose = (from: number, left: number, sum: number): void => {
    if (left === 0) {
      counted += 1;
      if (sum >= observed) asGreat += 1;
      return;
    }
    for (let index = from; index <= all.length - left; index++)
      choose(index + 1, left - 1, sum + all[index]!);
  };
  choose(0, k, 0);
  return [asGreat, counted];
}

/** Returns the sum of `k` values drawn uniformly, by the first steps of a Fisher–Yates shuffle. */
function drawnSum(all: number[], k: number, random: (below: number) => number): number {
  let sum = 0;
  for (let index = 0; index < k; index++) {
    const other = index + random(all.length - index);
    [all[index], all[other]] = [all[other]!, all[index]!];
    sum += all[index]!;
  }
  return sum;
}
