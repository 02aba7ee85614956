/**
 * The store that a writer has begun and not finished. A kill may fall between two stores that
 * belong together. A writer sets `pending` before the first of them and clears it after the last. A
 * reader then knows which single item may be half stored, and can require an exact match everywhere
 * else.
 */
export interface Pending {
  /**
   * Index of a plane in `planeNames`, or `pendingNext` or `pendingRow`, which follow the producer's
   * last plane.
   */
  target: number;
  /** The bit, the number that `next` moves to, or the index of the row. */
  value: number;
}

/** Values are below 2^40; the target is stored above them. */
const targetStep = 2 ** 40;

/** Returns the code of a target, to which a writer adds the value. */
export function pendingCode(target: number): number {
  return (target + 1) * targetStep;
}

/** Decodes the counter `pending`; returns `undefined` if no store is pending. */
export function readPending(counter: number): Pending | undefined {
  if (counter === 0) return undefined;
  return { target: Math.floor(counter / targetStep) - 1, value: counter % targetStep };
}
