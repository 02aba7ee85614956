/**
 * The section `requests` of a producer's box: a row for each produce request, in the order in which
 * they were handed to the kernel. A client sends what it was given at once as one request to each
 * broker, so the numbers and the partitions say which messages a request carried.
 */
export interface RequestRow {
  /** Number of the connection in its life. */
  connection: number;
  /** Id of the broker. */
  broker: number;
  correlationId: number;
  /** When it was handed over: milliseconds since 1970, modulo 2^32. */
  at: number;
  /** Its messages are those from `lowest` to `highest` that belong to its partitions. */
  lowest: number;
  highest: number;
  /** Bytes of the connection up to the end of this request, modulo 2^32. */
  ends: number;
  partitions: readonly number[];
}

const fields = ["connection", "broker", "correlationId", "at", "lowest", "highest", "ends"] as const;

/** Partitions that a row has room for, a bit each. */
export const partitionsInRow = 128;
const maskAt = fields.length;
const checkAt = maskAt + partitionsInRow / 32;

/** Words of one row: its fields, its partitions, and a check of all of them. */
export const rowWords = checkAt + 1;

/** Whether there is room for a row at a place. */
export function fits(words: Uint32Array, place: number, { partitions }: RequestRow): boolean {
  return place < words.length / rowWords && partitions.every((partition) => partition < partitionsInRow);
}

export function storeRow(words: Uint32Array, place: number, row: RequestRow): void {
  const at = place * rowWords;
  // One by one, in the order of `fields`: a loop over their names would take as long as a hundred marks.
  words[at] = row.connection;
  words[at + 1] = row.broker;
  words[at + 2] = row.correlationId;
  words[at + 3] = row.at;
  words[at + 4] = row.lowest;
  words[at + 5] = row.highest;
  words[at + 6] = row.ends;
  for (const partition of row.partitions) words[at + maskAt + (partition >>> 5)]! |= 1 << (partition & 31);
  words[at + checkAt] = checkOf(words, place);
}

/** Whether a row is as it was stored. */
export function isWhole(words: Uint32Array, place: number): boolean {
  return words[place * rowWords + checkAt] === checkOf(words, place);
}

export function isEmpty(words: Uint32Array, place: number): boolean {
  for (let at = place * rowWords; at < (place + 1) * rowWords; at++) if (words[at] !== 0) return false;
  return true;
}

export function fieldOf(words: Uint32Array, place: number, name: (typeof fields)[number]): number {
  return words[place * rowWords + fields.indexOf(name)]!;
}

export function hasPartition(words: Uint32Array, place: number, partition: number): boolean {
  const mask = words[place * rowWords + maskAt + (partition >>> 5)]!;
  return partition < partitionsInRow && ((mask >>> (partition & 31)) & 1) === 1;
}

/** Each step can be undone, so no change of one word is lost; and no row stands for one of another place. */
function checkOf(words: Uint32Array, place: number): number {
  let mixed = Math.imul(place + 1, 0x9e3779b1);
  for (let at = place * rowWords; at < place * rowWords + checkAt; at++) {
    mixed = Math.imul(mixed ^ words[at]!, 0x85ebca6b);
    mixed ^= mixed >>> 13;
  }
  // An empty row has a check of 0, and no other.
  return mixed >>> 0 || 1;
}
