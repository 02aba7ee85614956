/**
 * Tolerance intervals from order statistics, which hold nearly all trials of any distribution. S.
 * S. Wilks, Determination of sample sizes for setting tolerance limits, Annals of Mathematical
 * Statistics 12 (1941); H. Scheffé and J. W. Tukey, Non-parametric estimation, ibid. 16 (1945), who
 * show that ties can only increase the share that an interval holds.
 *
 * The share of the distribution between the r-th and the s-th smallest of n trials itself follows
 * the beta distribution with s − r and n − s + r + 1. An interval with both ends has `sides` 2; one
 * that is bounded on one side only has r = 0 or s = n + 1.
 */
import type { Interval } from "./binomial.js";
import { betaBelow, betaQuantile } from "./special.js";

export type Sides = 1 | 2;

/**
 * `content`: a share of all possible trials. `confidence`: the chance that the interval holds it.
 */
export interface Claim {
  content: number;
  confidence: number;
}

export interface ToleranceInterval extends Interval {
  /** The number of trials left out beyond each end. */
  dropped: number;
}

/** Far more than any real run; it ends the search. */
const trialsMax = 1e9;

/**
 * Returns the narrowest two-sided interval that supports the claim, with as many trials left out
 * above as below, or `undefined` if there are too few trials.
 */
export function toleranceInterval(values: readonly number[], claim: Claim): ToleranceInterval | undefined {
  const dropped = mostDropped(values.length, 2, claim);
  if (dropped === undefined) return undefined;
  const sorted = values.toSorted((a, b) => a - b);
  return { low: sorted[dropped]!, high: sorted[sorted.length - 1 - dropped]!, dropped };
}

/** Returns the smallest upper limit that supports the claim, or `undefined` with too few trials. */
export function upperToleranceLimit(values: readonly number[], claim: Claim): number | undefined {
  const dropped = mostDropped(values.length, 1, claim);
  return dropped === undefined ? undefined : values.toSorted((a, b) => b - a)[dropped]!;
}

/** Returns the greatest lower limit that supports the claim, or `undefined` with too few trials. */
export function lowerToleranceLimit(values: readonly number[], claim: Claim): number | undefined {
  const dropped = mostDropped(values.length, 1, claim);
  return dropped === undefined ? undefined : values.toSorted((a, b) => a - b)[dropped]!;
}

/** Returns the fewest trials that support a claim: 93 for 95 % at 95 % confidence, on two sides. */
export function trialsNeeded(claim: Claim, sides: Sides): number {
  let tooFew: number = sides - 1;
  let enough: number = sides;
  while (!supports(enough, 0, sides, claim) && enough < trialsMax) [tooFew, enough] = [enough, enough * 2];
  while (enough - tooFew > 1) {
    const middle = Math.floor((tooFew + enough) / 2);
    if (supports(middle, 0, sides, claim)) enough = middle;
    else tooFew = middle;
  }
  return enough;
}

/** Returns the greatest content that the range of this many trials supports; 0 with too few. */
export function contentOf(trials: number, confidence: number, sides: Sides): number {
  return trials < sides ? 0 : betaQuantile(trials + 1 - sides, sides, 1 - confidence);
}

function mostDropped(trials: number, sides: Sides, claim: Claim): number | undefined {
  if (!supports(trials, 0, sides, claim)) return undefined;
  let dropped = 0;
  while (supports(trials, dropped + 1, sides, claim)) dropped += 1;
  return dropped;
}

/**
 * Whether the trials that are not dropped support the claimed content with the claimed confidence.
 */
function supports(trials: number, dropped: number, sides: Sides, { content, confidence }: Claim): boolean {
  const outside = sides * (dropped + 1);
  const inside = trials + 1 - outside;
  return inside > 0 && 1 - betaBelow(inside, outside, content) >= confidence;
}
