import { randomOf } from "../base/random.js";

export interface PermutationTest {
  /** The chance of such a difference, or a greater one, were the two alike. */
  chance: number;
  /** The least that this chance can be with so few trials, however much they differ. */
  least: number;
  /** Whether every way to divide the trials was looked at, not a number of them drawn. */
  exact: boolean;
}

/** As many ways to divide the trials are all looked at; of more, one less than so many are drawn. */
const waysMax = 20_000;

/**
 * Whether the mean of `now` is above that of `before` by more than chance: the permutation test of R. A. Fisher, The
 * Design of Experiments (1935), one-sided. Were they alike, every way to divide all trials into two groups of these
 * sizes would be as likely; the chance is the share of ways whose difference is as great. Where ways are drawn, the one
 * that was observed counts among them: B. Phipson and G. K. Smyth, Permutation p-values should never be zero,
 * Statistical Applications in Genetics and Molecular Biology 9 (2010).
 *
 * @param seed of the ways that are drawn: an integer from 0 to 2^32 - 1.
 */
export function greaterByMoreThanChance(
  now: readonly number[],
  before: readonly number[],
  seed: number,
): PermutationTest {
  const all = [...now, ...before];
  // Sums of the same trials in another order may differ in the last digit.
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

/** n over k; too great a number is no number of ways that anybody counts. */
function waysToChoose(n: number, k: number): number {
  let ways = 1;
  for (let place = 1; place <= Math.min(k, n - k); place++) ways = (ways * (n - place + 1)) / place;
  return Math.round(ways);
}

/** Of all choices of `k`: how many have a sum that is as great, and how many there are. */
function countWays(all: readonly number[], k: number, observed: number): [asGreat: number, counted: number] {
  let asGreat = 0;
  let counted = 0;
  const choose = (from: number, left: number, sum: number): void => {
    if (left === 0) {
      counted += 1;
      if (sum >= observed) asGreat += 1;
      return;
    }
    for (let place = from; place <= all.length - left; place++)
      choose(place + 1, left - 1, sum + all[place]!);
  };
  choose(0, k, 0);
  return [asGreat, counted];
}

/** The sum of `k` of them, each choice as likely: the first steps of the shuffle of Fisher and Yates. */
function drawnSum(all: number[], k: number, random: (below: number) => number): number {
  let sum = 0;
  for (let place = 0; place < k; place++) {
    const other = place + random(all.length - place);
    [all[place], all[other]] = [all[other]!, all[place]!];
    sum += all[place]!;
  }
  return sum;
}
