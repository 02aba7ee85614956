import { EvidenceError } from "../record/evidence-error.js";
import { pendingRow } from "./format.js";
import { readPending } from "./pending.js";
import { isEmpty, isWhole, rowWords } from "./request-rows.js";

/** The rows of a life's requests, verified. */
export interface ListedRequests {
  words: Uint32Array;
  count: number;
  /** How many requests have no row. */
  unlisted: number;
}

/**
 * Checks the rows of a life's requests. Only the row that `pending` names may be half stored, and it is not counted
 * yet: see `listRequest`.
 *
 * @throws EvidenceError if a row is damaged, or if there are more or fewer rows than were counted.
 */
export function checkRequests(
  path: string,
  words: Uint32Array,
  counter: (name: "requestsListed" | "requestsUnlisted" | "pending") => number,
): ListedRequests {
  const count = counter("requestsListed");
  const room = words.length / rowWords;
  const pending = readPending(counter("pending"));
  const cut = pending?.target === pendingRow ? pending.value : undefined;
  const isRight = (index: number): boolean =>
    index < count ? isWhole(words, index) : index === cut || isEmpty(words, index);
  const cutFits = cut === undefined || (cut < room && (count === cut || count === cut + 1));
  let right = Number.isInteger(count) && count <= room && cutFits;
  for (let index = 0; right && index < room; index++) right = isRight(index);
  if (!right) {
    throw new EvidenceError(
      "requests-as-listed",
      `${path}: the rows of requests are damaged, or not the ${count} that were counted`,
    );
  }
  return { words, count, unlisted: counter("requestsUnlisted") };
}
