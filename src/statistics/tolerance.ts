/**
 * Where nearly all trials lie, whatever their distribution: tolerance intervals from order statistics. S. S. Wilks,
 * Determination of sample sizes for setting tolerance limits, Annals of Mathematical Statistics 12 (1941); H. Scheffé
 * and J. W. Tukey, Non-parametric estimation, ibid. 16 (1945), who show that ties can only make them hold more.
 *
 * Between the r-th and the s-th smallest of n lies a share of the distribution that is itself drawn from the beta
 * distribution with s − r and n − s + r + 1. With both ends of it, `sides` is 2; what is bounded on one side only
 * has r = 0 or s = n + 1.
 */
import type { Interval } from "./binomial.js";
import { betaBelow, betaQuantile } from "./special.js";

export type Sides = 1 | 2;

/** `content`: the share of all trials there could be. `confidence`: how sure that the interval holds it. */
export interface Claim {
  content: number;
  confidence: number;
}

export interface ToleranceInterval extends Interval {
  /** How many trials lie beyond each end that it has, and were left out. */
  dropped: number;
}

/** More than anybody will ever run. */
const trialsMax = 1e9;

/**
 * The narrowest two-sided interval between trials, as many left out above as below, that supports the claim;
 * `undefined` where so few trials support none.
 */
export function toleranceInterval(values: readonly number[], claim: Claim): ToleranceInterval | undefined {
  const dropped = mostDropped(values.length, 2, claim);
  if (dropped === undefined) return undefined;
  const sorted = values.toSorted((a, b) => a - b);
  return { low: sorted[dropped]!, high: sorted[sorted.length - 1 - dropped]!, dropped };
}

/** The least value at or below which the trials support the claim; `undefined` where they support none. */
export function upperToleranceLimit(values: readonly number[], claim: Claim): number | undefined {
  const dropped = mostDropped(values.length, 1, claim);
  return dropped === undefined ? undefined : values.toSorted((a, b) => b - a)[dropped]!;
}

/** The greatest value at or above which the trials support the claim; `undefined` where they support none. */
export function lowerToleranceLimit(values: readonly number[], claim: Claim): number | undefined {
  const dropped = mostDropped(values.length, 1, claim);
  return dropped === undefined ? undefined : values.toSorted((a, b) => a - b)[dropped]!;
}

/** How many trials a claim takes at least: 93 for 95 % of all with a confidence of 95 %, on two sides. */
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

/** The greatest content that the range of so many trials supports; 0 where they are too few for any. */
export function contentOf(trials: number, confidence: number, sides: Sides): number {
  return trials < sides ? 0 : betaQuantile(trials + 1 - sides, sides, 1 - confidence);
}

function mostDropped(trials: number, sides: Sides, claim: Claim): number | undefined {
  if (!supports(trials, 0, sides, claim)) return undefined;
  let dropped = 0;
  while (supports(trials, dropped + 1, sides, claim)) dropped += 1;
  return dropped;
}

/** Whether the share between the ends that stay is as great as claimed, with the confidence that is claimed. */
function supports(trials: number, dropped: number, sides: Sides, { content, confidence }: Claim): boolean {
  const outside = sides * (dropped + 1);
  const inside = trials + 1 - outside;
  return inside > 0 && 1 - betaBelow(inside, outside, content) >= confidence;
}
