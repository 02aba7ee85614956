/**
 * Derives the seed of one trial from the first seed: a step of a Weyl sequence, then the finaliser
 * of MurmurHash3 (A. Appleby), as in SplitMix (G. Steele, D. Lea and C. Flood, Fast splittable
 * pseudorandom number generators, OOPSLA 2014). Both are bijections of 32 bits, so no two trials of
 * one seed are alike. Consecutive numbers would not do: neighbouring first seeds would then share
 * all trials but one, and two sets of trials that look independent would be the same.
 *
 * @param first an integer from 0 to 2^32 - 1.
 * @param trial from 1.
 * @returns an integer from 0 to 2^32 - 1.
 */
export function seedOfTrial(first: number, trial: number): number {
  let bits = (first + Math.imul(trial, 0x9e3779b9)) | 0;
  bits = Math.imul(bits ^ (bits >>> 16), 0x85ebca6b);
  bits = Math.imul(bits ^ (bits >>> 13), 0xc2b2ae35);
  return (bits ^ (bits >>> 16)) >>> 0;
}
