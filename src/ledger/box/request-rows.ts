/**
 * A row of the `requests` section of a producer's box. Each produce request has one, in the order
 * in which they were handed to the kernel. A client puts everything that it gets at once into one
 * request per broker, so the number range and the partitions identify the messages of a request.
 */
export interface RequestRow {
  /** Number of the connection within its life. */
  connection: number;
  /** The broker's id. */
  broker: number;
  correlationId: number;
  /** Time of the handover: milliseconds since 1970, modulo 2^32. */
  at: number;
  /** The request carries the messages from `lowest` to `highest` that belong to its partitions. */
  lowest: number;
  highest: number;
  /** Bytes of the connection up to the end of this request, modulo 2^32. */
  ends: number;
  partitions: readonly number[];
}

const fields = ["connection", "broker", "correlationId", "at", "lowest", "highest", "ends"] as const;

/** Partitions that fit in a row, one bit each. */
export const partitionsInRow = 128;
const maskAt = fields.length;
const checkAt = maskAt + partitionsInRow / 32;

/** Length of a row in words: its fields, its partitions, and a check over them. */
export const rowWords = checkAt + 1;

/** Returns whether there is room for a row at an index. */
export function fits(words: Uint32Array, index: number, { partitions }: RequestRow): boolean {
  return index < words.length / rowWords && partitions.every((partition) => partition < partitionsInRow);
}

export function storeRow(words: Uint32Array, index: number, row: RequestRow): void {
  const at = index * rowWords;
  // Spelled out in the order of `fields`: a loop over their names would take as long as a hundred
  // marks.
  words[at] = row.connection;
  words[at + 1] = row.broker;
  words[at + 2] = row.correlationId;
  words[at + 3] = row.at;
  words[at + 4] = row.lowest;
  words[at + 5] = row.highest;
  words[at + 6] = row.ends;
  for (const partition of row.partitions) words[at + maskAt + (partition >>> 5)]! |= 1 << (partition & 31);
  words[at + checkAt] = checkOf(words, index);
}

/** Returns whether a row is intact. */
export function isWhole(words: Uint32Array, index: number): boolean {
  return words[index * rowWords + checkAt] === checkOf(words, index);
}

export function isEmpty(words: Uint32Array, index: number): boolean {
  for (let at = index * rowWords; at < (index + 1) * rowWords; at++) if (words[at] !== 0) return false;
  return true;
}

export function fieldOf(words: Uint32Array, index: number, name: (typeof fields)[number]): number {
  return words[index * rowWords + fields.indexOf(name)]!;
}

export function hasPartition(words: Uint32Array, index: number, partition: number): boolean {
  const mask = words[index * rowWords + maskAt + (partition >>> 5)]!;
  return partition < partitionsInRow && ((mask >>> (partition & 31)) & 1) === 1;
}

/**
 * Mixes in reversible steps, so that a changed word always shows; the index catches a misplaced
 * row.
 */
function checkOf(words: Uint32Array, index: number): number {
  let mixed = Math.imul(index + 1, 0x9e3779b1);
  for (let at = index * rowWords; at < index * rowWords + checkAt; at++) {
    mixed = Math.imul(mixed ^ words[at]!, 0x85ebca6b);
    mixed ^= mixed >>> 13;
  }
  // 0 is reserved for an empty row.
  return mixed >>> 0 || 1;
}
