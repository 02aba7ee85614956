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
  /** The number of resamples, each as large as the sample (default: 2,000). */
  resamples?: number;
}

/**
 * Returns the mean of trials and a confidence interval for the true mean. It is the bias-corrected
 * and accelerated bootstrap (BCa) of B. Efron, Better bootstrap confidence intervals, Journal of
 * the American Statistical Association 82 (1987). The acceleration comes from the jackknife; for a
 * mean it is the skewness / (6 √n). With few trials or a heavy tail the interval covers less than
 * its confidence; docs/statistics.md says how much.
 *
 * @returns `undefined` for fewer than two trials; both ends equal the mean if all trials are equal.
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
  // Resamples whose mean equals the sample mean, which ties cause, count half.
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

/** Keeps a share away from 0 and 1, whose quantiles are infinite. */
function within(share: number, resamples: number): number {
  return Math.min(1 - 0.5 / resamples, Math.max(0.5 / resamples, share));
}
