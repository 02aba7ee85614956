/** The binomial distribution: how often an event occurs in a number of trials. */
import { betaBelow, betaQuantile } from "./special.js";

/** A range that includes both ends. */
export interface Interval {
  low: number;
  high: number;
}

/**
 * Returns the chance that an event occurs `k` times or more in `trials` independent trials, if it
 * occurs in each with `chance`. This upper tail of the binomial distribution is I(chance; k, trials
 * − k + 1) (Abramowitz and Stegun, Handbook of Mathematical Functions, 26.5.24).
 *
 * @param k a whole number from 0 to `trials`.
 * @param chance from 0 to 1.
 */
export function chanceOfAtLeast(k: number, trials: number, chance: number): number {
  if (k <= 0) return 1;
  if (k > trials || chance === 0) return 0;
  return chance === 1 ? 1 : betaBelow(k, trials - k + 1, chance);
}

/**
 * Returns the smallest k for which k or more events have a chance of at most `wanted`, or
 * `undefined` if even k = `trials` is more likely than that.
 */
export function rareCount(trials: number, chance: number, wanted: number): number | undefined {
  for (let k = 1; k <= trials; k++) if (chanceOfAtLeast(k, trials, chance) <= wanted) return k;
  return undefined;
}

/**
 * Returns the greatest chance per trial for which `k` or more events in `trials` have a chance of
 * at most `wanted`: the inverse of `chanceOfAtLeast`.
 *
 * @param k a whole number from 1 to `trials`.
 */
export function chanceThatMakesRare(k: number, trials: number, wanted: number): number {
  return betaQuantile(k, trials - k + 1, wanted);
}

/**
 * Returns the confidence interval of a chance after `k` events in `trials`: Clopper and Pearson,
 * The use of confidence or fiducial limits illustrated in the case of the binomial, Biometrika 26
 * (1934). It covers the true chance with at least this confidence, and usually with more.
 */
export function clopperPearson(k: number, trials: number, confidence: number): Interval {
  const beyond = (1 - confidence) / 2;
  return {
    low: k === 0 ? 0 : chanceThatMakesRare(k, trials, beyond),
    high: k === trials ? 1 : betaQuantile(k + 1, trials - k, 1 - beyond),
  };
}
