/**
 * Reproducible random numbers from a seed, by the Mersenne Twister. The only import of pure-rand.
 */
import { uniformInt } from "pure-rand/distribution/uniformInt";
import { mersenne } from "pure-rand/generator/mersenne";

/**
 * Returns a function that draws integers from 0 to below its argument. With an argument of 1 it
 * returns 0 without drawing.
 *
 * @param seed an integer from 0 to 2^32 - 1.
 */
export function randomOf(seed: number): (below: number) => number {
  const generator = mersenne(seed);
  return (below) => (below === 1 ? 0 : uniformInt(generator, 0, below - 1));
}
