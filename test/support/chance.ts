import { randomOf } from "../../src/base/random.js";

const seedMax = 2 ** 32 - 1;

/**
 * The chance of the tests of one file. Its seed is printed; LOSSBOUND_TEST_SEED repeats it.
 *
 * @returns draws numbers from 0 to below 1.
 */
export function printedChance(): () => number {
  const given = process.env["LOSSBOUND_TEST_SEED"];
  const seed = given === undefined ? Math.floor(Math.random() * (seedMax + 1)) : Number(given);
  if (!Number.isInteger(seed) || seed < 0 || seed > seedMax)
    throw new Error(`LOSSBOUND_TEST_SEED is "${given}"; expected an integer from 0 to ${seedMax}`);
  process.stderr.write(`LOSSBOUND_TEST_SEED=${seed} draws the same again\n`);
  const draw = randomOf(seed);
  return () => draw(2 ** 30) / 2 ** 30;
}
