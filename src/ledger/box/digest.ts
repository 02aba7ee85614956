/**
 * Returns what a bit adds to the digest of its plane, modulo 2^32. A writer can keep such a digest
 * up to date bit by bit. It detects a bit that moved, which a counter cannot, and misses other
 * damage only once in four billion cases. It guards against accidents, not against forgery.
 */
export function digestOfBit(index: number): number {
  return Math.imul(ofBits[index & 31]!, ofWord(index >>> 5)) >>> 0;
}

/**
 * The digest of a plane without any bit set. Not 0, because a file that lost its pages reads as all
 * zeros.
 */
export const emptyDigest = 0x4c425831;

/** Returns the digest of a plane: the sum over all bits that are set, from 0 to 2^32 - 1. */
export function digestOf(words: Uint32Array): number {
  let digest = emptyDigest;
  for (let word = 0; word < words.length; word++) {
    const bits = words[word]!;
    if (bits === 0) continue;
    const mixed =
      ofBytes[bits & 255]! +
      ofBytes[256 + ((bits >>> 8) & 255)]! +
      ofBytes[512 + ((bits >>> 16) & 255)]! +
      ofBytes[768 + (bits >>> 24)]!;
    digest = (digest + Math.imul(mixed, ofWord(word))) | 0;
  }
  return digest >>> 0;
}

/** Returns a factor for a word. It is odd, so that no change within one word is multiplied away. */
function ofWord(word: number): number {
  return Math.imul(word + 1, 0x9e3779b1) | 1;
}

/** One odd, patternless number for each bit of a word. (The finalizer of MurmurHash3.) */
const ofBits = Int32Array.from({ length: 32 }, (_, bit) => {
  let mixed = Math.imul(bit + 1, 0x85ebca6b);
  mixed = Math.imul(mixed ^ (mixed >>> 13), 0xc2b2ae35);
  return (mixed ^ (mixed >>> 16)) | 1;
});

/** The sum of the bits' numbers, for each value of each of a word's four bytes. */
const ofBytes = Int32Array.from({ length: 4 * 256 }, (_, entry) => {
  let sum = 0;
  for (let bit = 0; bit < 8; bit++) {
    if (((entry >>> bit) & 1) === 1) sum = (sum + ofBits[(entry >>> 8) * 8 + bit]!) | 0;
  }
  return sum;
});
