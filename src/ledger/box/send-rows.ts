/**
 * A row of the `sends` section of a producer's box. Each call of the client's send has one, in the
 * order of the calls. It records when the messages of the call were given to the client, and when
 * the client reported the outcome. A lost message leaves no other record of these times.
 */
export interface SendRow {
  /** The first message of the call; the last is the one before the next row's first. */
  first: number;
  /** Time of the call: milliseconds since 1970, modulo 2^32. */
  at: number;
  /** Time of the client's answer, in the same unit; 0 without an answer. */
  settledAt: number;
}

const fields = ["first", "at", "settledAt"] as const;
const checkAt = fields.length;

/** Length of a row in words: its fields, and a check over them. */
export const sendRowWords = checkAt + 1;

export function storeSend(
  words: Uint32Array,
  index: number,
  { first, at }: Omit<SendRow, "settledAt">,
): void {
  const row = index * sendRowWords;
  words[row] = first;
  words[row + 1] = at;
  words[row + checkAt] = checkOf(words, index, 0);
}

/** Completes a row. A kill between the two stores leaves the check of a call without an answer. */
export function storeSettled(words: Uint32Array, index: number, settledAt: number): void {
  const row = index * sendRowWords;
  words[row + 2] = settledAt;
  words[row + checkAt] = checkOf(words, index, settledAt >>> 0);
}

/**
 * Returns whether a row is intact. Pass `cut` for a killed life: it may have died between the
 * stores of `storeSettled`.
 */
export function isWholeSend(words: Uint32Array, index: number, cut: boolean): boolean {
  const row = index * sendRowWords;
  const check = words[row + checkAt]!;
  return check === checkOf(words, index, words[row + 2]!) || (cut && check === checkOf(words, index, 0));
}

export function isEmptySend(words: Uint32Array, index: number): boolean {
  const row = index * sendRowWords;
  return words.subarray(row, row + sendRowWords).every((word) => word === 0);
}

export function sendFieldOf(words: Uint32Array, index: number, name: (typeof fields)[number]): number {
  return words[index * sendRowWords + fields.indexOf(name)]!;
}

/**
 * Mixes in reversible steps, so that a changed word always shows; the index catches a misplaced
 * row.
 */
function checkOf(words: Uint32Array, index: number, settledAt: number): number {
  const row = index * sendRowWords;
  let mixed = Math.imul(index + 1, 0x9e3779b1);
  for (const word of [words[row]!, words[row + 1]!, settledAt]) {
    mixed = Math.imul(mixed ^ word, 0x85ebca6b);
    mixed ^= mixed >>> 13;
  }
  // 0 is reserved for an empty row.
  return mixed >>> 0 || 1;
}
