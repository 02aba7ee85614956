/** Returns how many bits are set in a 32-bit word. (Hacker's Delight, figure 5-2.) */
export function popcount(word: number): number {
  let bits = word - ((word >>> 1) & 0x55555555);
  bits = (bits & 0x33333333) + ((bits >>> 2) & 0x33333333);
  bits = (bits + (bits >>> 4)) & 0x0f0f0f0f;
  return Math.imul(bits, 0x01010101) >>> 24;
}

/** Returns a word with the lowest `count` bits set; `count` may be outside 0 to 32. */
export function lowBits(count: number): number {
  if (count <= 0) return 0;
  return count >= 32 ? -1 : (1 << count) - 1;
}

export function hasBit(plane: Uint32Array, index: number): boolean {
  return ((plane[index >>> 5]! >>> (index & 31)) & 1) === 1;
}

export function setBit(plane: Uint32Array, index: number): void {
  plane[index >>> 5]! |= 1 << (index & 31);
}

/** Sets in `sum` all bits of `words`. It skips empty words, so an empty plane takes no memory. */
export function orInto(sum: Uint32Array, words: Uint32Array, from = 0): void {
  for (let word = 0; word < words.length; word++) {
    if (words[word] !== 0) sum[from + word]! |= words[word]!;
  }
}

export function countBits(plane: Uint32Array): number {
  let count = 0;
  for (let word = 0; word < plane.length; word++) count += popcount(plane[word]!);
  return count;
}

/** Returns how many bits are set in `plane` but not in `other`. */
export function countBitsOutside(plane: Uint32Array, other: Uint32Array): number {
  let count = 0;
  for (let word = 0; word < plane.length; word++) count += popcount(plane[word]! & ~other[word]!);
  return count;
}
