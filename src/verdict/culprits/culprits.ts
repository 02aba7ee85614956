import type { Ledger } from "../../ledger/ledger.js";
import type { MessageId } from "../../plan/message-name.js";
import { type Cause, causes } from "../../scenario/scenario.js";
import { fateOf } from "../fates/each-fate.js";
import { FateWords, numbersOf } from "../fates/fate-words.js";
import { fates } from "../fates/fates.js";
import { zeroed } from "../fates/tally.js";
import type { Evidence } from "./evidence.js";
import { type Exposures, exposuresOf } from "./exposure.js";
import { Search } from "./search.js";

/** Lost messages by what took them. */
export interface Culprits {
  /** By the place of the fault event: what that occurrence took, by the place where it died. */
  lostBy: Record<Cause, number>[];
  /** Lost messages that no occurrence of a fault explains. */
  unexplained: Record<Cause, number>;
  /** Those of the unexplained whose commit was under way while their consumer joined the group again: no fault called for that. */
  overtaken: number;
  /** How much the faults reached, whatever became of it; `null` if that cannot be told. */
  exposures: Exposures | null;
}

/** Counts what each occurrence of a fault took. The rules are those of `docs/culprits.md`. */
export function findCulprits(evidence: Evidence): Culprits {
  const search = new Search(evidence);
  const found: Culprits = {
    lostBy: evidence.faults.map(() => zeroed(causes)),
    unexplained: zeroed(causes),
    overtaken: 0,
    exposures: exposuresOf(evidence, search),
  };
  eachLost(evidence.ledger, (message, cause) => {
    const culprit = search.culpritOf(message, cause);
    const counted = culprit === undefined ? found.unexplained : found.lostBy[culprit.index]!;
    counted[cause]++;
    if (culprit === undefined && cause === "after-commit" && search.wasOvertaken(message)) found.overtaken++;
  });
  return found;
}

/** Messages of all causes together. */
export function sumOf(by: Readonly<Record<Cause, number>>): number {
  return causes.reduce((sum, cause) => sum + by[cause], 0);
}

/** The occurrence that took one lost message, by its place among the fault events; `undefined` if none explains it. */
export function culpritOf(evidence: Evidence, wanted: MessageId): number | undefined {
  const search = new Search(evidence);
  const cause = causes.find((one) => one === fateOf(evidence.ledger, wanted));
  if (cause === undefined) return undefined;
  // What a reset passed over is counted from the first message on.
  if (cause === "skipped") {
    eachLost(evidence.ledger, (message, its) => {
      const isBefore =
        message.producer < wanted.producer ||
        (message.producer === wanted.producer && message.number < wanted.number);
      if (its === cause && isBefore) search.culpritOf(message, its);
    });
  }
  return search.culpritOf(wanted, cause)?.index;
}

/** Producer by producer, in the order of their numbers. */
function eachLost(ledger: Ledger, take: (message: MessageId, cause: Cause) => void): void {
  const words = new FateWords(ledger);
  for (const producer of ledger.layout.messages.keys()) {
    const numbers = numbersOf(ledger, producer);
    for (let word = 0; word * 32 < numbers.sent; word++) {
      const found = words.sort(numbers, word);
      const lost = causes.reduce((all, _cause, place) => all | found[firstCause + place]!, 0);
      for (let bits = lost; bits !== 0; bits &= bits - 1) {
        const bit = bits & -bits;
        const cause = causes.find((_cause, place) => (found[firstCause + place]! & bit) !== 0)!;
        take({ producer, number: word * 32 + 31 - Math.clz32(bit) }, cause);
      }
    }
  }
}

/** The causes are the last fates, in their own order. */
const firstCause = fates.indexOf(causes[0]);
