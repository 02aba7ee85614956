/**
 * A digest of a plane of bits that a writer can carry along: each bit adds a number of its own,
 * modulo 2^32. A counter alone would not see a bit that moved; this does, and sees any other damage
 * but for one case in four billion. It protects from accidents, not from forgers.
 */
export function digestOfBit(index: number): number {
  return Math.imul(ofPlaces[index & 31]!, ofWord(index >>> 5)) >>> 0;
}

/** The digest of a plane without a bit. Not 0: a file whose pages were lost is all zeros. */
export const digestOfNone = 0x4c425831;

/** The digest of a plane: the sum of the digests of all bits that are set, from 0 to 2^32 - 1. */
export function digestOf(words: Uint32Array): number {
  let digest = digestOfNone;
  for (let word = 0; word < words.length; word++) {
    const bits = words[word]!;
    if (bits === 0) continue;
    const places =
      ofBytes[bits & 255]! +
      ofBytes[256 + ((bits >>> 8) & 255)]! +
      ofBytes[512 + ((bits >>> 16) & 255)]! +
      ofBytes[768 + (bits >>> 24)]!;
    digest = (digest + Math.imul(places, ofWord(word))) | 0;
  }
  return digest >>> 0;
}

/** Odd, so that no change within one word is multiplied away. */
function ofWord(word: number): number {
  return Math.imul(word + 1, 0x9e3779b1) | 1;
}

/** One number for each place in a word: odd, and without a pattern. (The finalizer of MurmurHash3.) */
const ofPlaces = Int32Array.from({ length: 32 }, (_, place) => {
  let mixed = Math.imul(place + 1, 0x85ebca6b);
  mixed = Math.imul(mixed ^ (mixed >>> 13), 0xc2b2ae35);
  return (mixed ^ (mixed >>> 16)) | 1;
});

/** What the bits of each value of each of a word's four bytes add up to. */
const ofBytes = Int32Array.from({ length: 4 * 256 }, (_, entry) => {
  let sum = 0;
  for (let bit = 0; bit < 8; bit++) {
    if (((entry >>> bit) & 1) === 1) sum = (sum + ofPlaces[(entry >>> 8) * 8 + bit]!) | 0;
  }
  return sum;
});
