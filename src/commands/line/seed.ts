import { randomInt } from "node:crypto";

import { seedMax } from "../../plan/plan.js";
import { usageError } from "./usage-error.js";

/** The seed that was given, or one drawn at random: the only chance outside the plan. */
export function readSeed(written: string | undefined, command: string): number {
  if (written === undefined) return randomInt(seedMax + 1);
  const seed = /^[0-9]{1,10}$/u.test(written) ? Number(written) : Number.NaN;
  if (seed <= seedMax) return seed;
  throw usageError([`--seed is "${written}", and must be a whole number from 0 to ${seedMax}`], command);
}
