/** Chance that a seed repeats: the Mersenne twister. The door to pure-rand. */
import { uniformInt } from "pure-rand/distribution/uniformInt";
import { mersenne } from "pure-rand/generator/mersenne";

/**
 * Draws integers from 0 to below a number. Nothing is drawn where there is no choice.
 *
 * @param seed an integer from 0 to 2^32 - 1.
 */
export function randomOf(seed: number): (below: number) => number {
  const generator = mersenne(seed);
  return (below) => (below === 1 ? 0 : uniformInt(generator, 0, below - 1));
}
