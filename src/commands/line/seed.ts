import { randomInt } from "node:crypto";

import { seedMax } from "../../plan/plan.js";
import { usageError } from "./usage-error.js";

/**
 * Returns the given seed, or draws one at random. This is the only random choice outside the plan.
 *
 * @throws LossboundError `USAGE`
 */
export function readSeed(written: string | undefined, command: string): number {
  if (written === undefined) return randomInt(seedMax + 1);
  const seed = /^[0-9]{1,10}$/u.test(written) ? Number(written) : Number.NaN;
  if (seed <= seedMax) return seed;
  throw usageError([`--seed: expected an integer from 0 to ${seedMax}, got "${written}"`], command);
}
