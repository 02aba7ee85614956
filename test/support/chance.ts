import { randomOf } from "../../src/base/random.js";

const seedMax = 2 ** 32 - 1;

/**
 * Creates the random numbers for the tests of one file. It prints the seed; LOSSBOUND_TEST_SEED
 * sets it.
 *
 * @returns a function that draws numbers from 0 to below 1.
 */
export function printedChance(): () => number {
  const given = process.env["LOSSBOUND_TEST_SEED"];
  const seed = given === undefined ? Math.floor(Math.random() * (seedMax + 1)) : Number(given);
  if (!Number.isInteger(seed) || seed < 0 || seed > seedMax)
    throw new Error(`LOSSBOUND_TEST_SEED: expected an integer from 0 to ${seedMax}, got "${given}"`);
  process.stderr.write(`LOSSBOUND_TEST_SEED=${seed} repeats these random numbers\n`);
  const draw = randomOf(seed);
  return () => draw(2 ** 30) / 2 ** 30;
}
