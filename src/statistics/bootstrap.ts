import { randomOf } from "../base/random.js";
import type { Interval } from "./binomial.js";
import { normalBelow, normalQuantile } from "./special.js";

export interface Mean extends Interval {
  mean: number;
}

export interface Bootstrap {
  confidence: number;
  /** The same seed gives the same interval: an integer from 0 to 2^32 - 1. */
  seed: number;
  /** Times that as many trials are drawn again from the trials; 2,000 where it is left out. */
  resamples?: number;
}

/**
 * The mean of trials, and where the true one lies: the bias-corrected and accelerated bootstrap (BCa) of B. Efron,
 * Better bootstrap confidence intervals, Journal of the American Statistical Association 82 (1987), with the
 * acceleration from the jackknife, which is the skewness / (6 √n) for a mean. It holds for many trials; for few, and
 * for a heavy tail, it covers less than its confidence: docs/statistics.md says how much.
 *
 * @returns `undefined` for fewer than two trials; both ends are the mean where all trials are alike.
 */
export function meanOf(values: readonly number[], options: Bootstrap): Mean | undefined {
  const n = values.length;
  if (n < 2) return undefined;
  const mean = values.reduce((sum, value) => sum + value, 0) / n;
  const deviations = values.map((value) => value - mean);
  const squares = deviations.reduce((sum, one) => sum + one ** 2, 0);
  if (values.every((value) => value === values[0])) return { mean, low: mean, high: mean };

  const { confidence, seed, resamples = 2_000 } = options;
  const sorted = meansOfResamples(values, resamples, seed);
  // Those that fall on the mean itself, as ties make them, count half.
  const below = sorted.filter((one) => one < mean).length;
  const level = sorted.filter((one) => one === mean).length;
  const bias = normalQuantile(within((below + level / 2) / resamples, resamples));
  const acceleration = deviations.reduce((sum, one) => sum + one ** 3, 0) / (6 * squares ** 1.5);
  const at = (share: number): number => {
    const z = bias + normalQuantile(share);
    const corrected = normalBelow(bias + z / (1 - acceleration * z));
    return sorted[Math.min(resamples - 1, Math.floor(corrected * resamples))]!;
  };
  return { mean, low: at((1 - confidence) / 2), high: at((1 + confidence) / 2) };
}

function meansOfResamples(values: readonly number[], resamples: number, seed: number): Float64Array {
  const random = randomOf(seed);
  const n = values.length;
  return Float64Array.from({ length: resamples }, () => {
    let sum = 0;
    for (let drawn = 0; drawn < n; drawn++) sum += values[random(n)]!;
    return sum / n;
  }).toSorted();
}

/** A share of 0 or 1 has no place on the normal distribution. */
function within(share: number, resamples: number): number {
  return Math.min(1 - 0.5 / resamples, Math.max(0.5 / resamples, share));
}
