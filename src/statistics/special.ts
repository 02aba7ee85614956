/**
 * The special functions behind all intervals, and the only import of cephes, which is the library
 * of that name (S. L. Moshier, Methods and Programs for Mathematical Functions, 1989) as
 * WebAssembly.
 */
import { compiled, incbet, incbi, ndtr, ndtri } from "cephes";

await compiled;

/**
 * Returns the share of a beta distribution at or below `x`: the regularised incomplete beta
 * function.
 *
 * @param a above 0.
 * @param b above 0.
 * @param x from 0 to 1.
 */
export function betaBelow(a: number, b: number, x: number): number {
  return incbet(a, b, x);
}

/** Returns the `x` below which a beta distribution has this share: the inverse of `betaBelow`. */
export function betaQuantile(a: number, b: number, share: number): number {
  return incbi(a, b, share);
}

/** Returns the share of the standard normal distribution at or below `z`. */
export function normalBelow(z: number): number {
  return ndtr(z);
}

/** Returns the `z` below which the standard normal distribution has this share. */
export function normalQuantile(share: number): number {
  return ndtri(share);
}
