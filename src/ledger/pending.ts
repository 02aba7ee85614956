/**
 * What a writer is in the middle of storing. A kill may fall between two stores that belong
 * together; `pending` is stored before the first of them and cleared after the last, so a reader knows
 * of the one thing that may be half done, and that everything else must agree exactly.
 */
export interface Pending {
  /** Place of a plane in `planeNames`; the place behind the last one is a producer's `next`. */
  place: number;
  /** The bit, or the number that `next` moves to. */
  value: number;
  /** Whether the plane's counter was odd when this was stored: so it shows if it has moved on since. */
  odd: boolean;
}

/** Room for values below 2^40; above them the parity, and above that the place. */
const oddStep = 2 ** 40;
const placeStep = 2 ** 41;

/** The code of a place; a writer adds the value, and `pendingOdd` where the counter is odd. */
export function pendingCode(place: number): number {
  return (place + 1) * placeStep;
}

export const pendingOdd = oddStep;

/** `undefined` where nothing is pending. */
export function readPending(counter: number): Pending | undefined {
  if (counter === 0) return undefined;
  const rest = counter % placeStep;
  return { place: Math.floor(counter / placeStep) - 1, value: rest % oddStep, odd: rest >= oddStep };
}
