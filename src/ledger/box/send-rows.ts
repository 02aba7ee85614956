/**
 * The section `sends` of a producer's box: a row for each call of the client's send, in the order of the
 * calls. It says when the messages of the call were given to the client, and when the client said what
 * became of them. A lost message has no other record of these moments.
 */
export interface SendRow {
  /** The first message of the call; the call ends where the next row begins. */
  first: number;
  /** When the client was called: milliseconds since 1970, modulo 2^32. */
  at: number;
  /** When the client answered, likewise; 0: it never did. */
  settledAt: number;
}

const fields = ["first", "at", "settledAt"] as const;
const checkAt = fields.length;

/** Words of one row: its fields, and a check of all of them. */
export const sendRowWords = checkAt + 1;

export function storeSend(
  words: Uint32Array,
  place: number,
  { first, at }: Omit<SendRow, "settledAt">,
): void {
  const row = place * sendRowWords;
  words[row] = first;
  words[row + 1] = at;
  words[row + checkAt] = checkOf(words, place, 0);
}

/** Completes a row. A kill between the two stores leaves the check of a call that was never answered. */
export function storeSettled(words: Uint32Array, place: number, settledAt: number): void {
  const row = place * sendRowWords;
  words[row + 2] = settledAt;
  words[row + checkAt] = checkOf(words, place, settledAt >>> 0);
}

/** Whether a row is as it was stored. `cut`: the life was killed, perhaps between the two stores of `storeSettled`. */
export function isWholeSend(words: Uint32Array, place: number, cut: boolean): boolean {
  const row = place * sendRowWords;
  const check = words[row + checkAt]!;
  return check === checkOf(words, place, words[row + 2]!) || (cut && check === checkOf(words, place, 0));
}

export function isEmptySend(words: Uint32Array, place: number): boolean {
  const row = place * sendRowWords;
  return words.subarray(row, row + sendRowWords).every((word) => word === 0);
}

export function sendFieldOf(words: Uint32Array, place: number, name: (typeof fields)[number]): number {
  return words[place * sendRowWords + fields.indexOf(name)]!;
}

/** Each step can be undone, so no change of one word is lost; and no row stands for one of another place. */
function checkOf(words: Uint32Array, place: number, settledAt: number): number {
  const row = place * sendRowWords;
  let mixed = Math.imul(place + 1, 0x9e3779b1);
  for (const word of [words[row]!, words[row + 1]!, settledAt]) {
    mixed = Math.imul(mixed ^ word, 0x85ebca6b);
    mixed ^= mixed >>> 13;
  }
  // An empty row has a check of 0, and no other.
  return mixed >>> 0 || 1;
}
