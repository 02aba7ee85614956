import { EvidenceError } from "../record/evidence-error.js";
import { isEmptySend, isWholeSend, sendFieldOf, sendRowWords } from "./send-rows.js";

/** The rows of a life's sends, verified. */
export interface ListedSends {
  words: Uint32Array;
  count: number;
}

/**
 * Checks the rows of a life's sends against each other and against the life's counters.
 *
 * @throws EvidenceError if a row is damaged, or if the message numbers do not increase from row to
 *   row.
 */
export function checkSends(
  path: string,
  words: Uint32Array,
  life: { killed: boolean; firstNumber: number; counter: (name: "sendsListed" | "next") => number },
): ListedSends {
  const count = life.counter("sendsListed");
  const room = words.length / sendRowWords;
  const next = life.counter("next");
  const isRight = (index: number): boolean => {
    // A kill may fall after a row is stored and before it is counted; its messages are not sent
    // yet.
    if (index >= count) {
      const isBegun = life.killed && index === count && sendFieldOf(words, index, "first") === next;
      return isEmptySend(words, index) || isBegun;
    }
    const first = sendFieldOf(words, index, "first");
    const before = index === 0 ? undefined : sendFieldOf(words, index - 1, "first");
    const follows = before === undefined ? first === life.firstNumber : first > before;
    return isWholeSend(words, index, life.killed) && follows && first <= next;
  };
  let right = Number.isInteger(count) && count <= room;
  for (let index = 0; right && index < room; index++) right = isRight(index);
  if (!right) {
    throw new EvidenceError(
      "sends-as-listed",
      `${path}: the rows of sends are damaged, out of order, or not the ${count} that were counted`,
    );
  }
  return { words, count };
}
