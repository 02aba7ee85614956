import { EvidenceError } from "../record/evidence-error.js";
import { isEmptySend, isWholeSend, sendFieldOf, sendRowWords } from "./send-rows.js";

/** The rows of a life's sends, checked. */
export interface ListedSends {
  words: Uint32Array;
  count: number;
}

/**
 * Holds the rows of a life's sends against each other and against what the life says it sent.
 *
 * @throws EvidenceError if a row is not as it was stored, or if the numbers do not grow from row to row.
 */
export function checkSends(
  path: string,
  words: Uint32Array,
  life: { killed: boolean; firstNumber: number; counter: (name: "sendsListed" | "next") => number },
): ListedSends {
  const count = life.counter("sendsListed");
  const room = words.length / sendRowWords;
  const next = life.counter("next");
  const isRight = (place: number): boolean => {
    // A kill may have fallen between the storing of a row and its being counted: its messages were not sent yet.
    if (place >= count) {
      const isBegun = life.killed && place === count && sendFieldOf(words, place, "first") === next;
      return isEmptySend(words, place) || isBegun;
    }
    const first = sendFieldOf(words, place, "first");
    const before = place === 0 ? undefined : sendFieldOf(words, place - 1, "first");
    const follows = before === undefined ? first === life.firstNumber : first > before;
    return isWholeSend(words, place, life.killed) && follows && first <= next;
  };
  let right = Number.isInteger(count) && count <= room;
  for (let place = 0; right && place < room; place++) right = isRight(place);
  if (!right) {
    throw new EvidenceError(
      "sends-as-listed",
      `${path}: not all of its ${count} rows of sends are as they were stored`,
    );
  }
  return { words, count };
}
