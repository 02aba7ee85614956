/**
 * What a writer is in the middle of storing. A kill may fall between two stores that belong
 * together; `pending` is stored before the first of them and cleared after the last, so a reader knows
 * of the one thing that may be half done, and that everything else must agree exactly.
 */
export interface Pending {
  /** Place of a plane in `planeNames`; a producer's `next` and its row of a request come behind the last one. */
  place: number;
  /** The bit, the number that `next` moves to, or the place of the row. */
  value: number;
}

/** Room for values below 2^40; the place stands above them. */
const placeStep = 2 ** 40;

/** The code of a place; a writer adds the value. */
export function pendingCode(place: number): number {
  return (place + 1) * placeStep;
}

/** `undefined` where nothing is pending. */
export function readPending(counter: number): Pending | undefined {
  if (counter === 0) return undefined;
  return { place: Math.floor(counter / placeStep) - 1, value: counter % placeStep };
}
