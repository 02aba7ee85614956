import type { Ledger } from "../ledger/ledger.js";
import type { MessageId } from "../plan/message-name.js";
import { type Cause, causes } from "../scenario/scenario.js";
import { FateWords, numbersOf } from "./fate-words.js";
import { type Fate, fates } from "./fates.js";

/** What became of one message. */
export function fateOf(ledger: Ledger, { producer, number }: MessageId): Fate {
  const found = new FateWords(ledger).sort(numbersOf(ledger, producer), Math.floor(number / 32));
  const bit = 1 << (number & 31);
  return fates.find((_, place) => (found[place]! & bit) !== 0)!;
}

/** Messages of one producer that follow one another, all lost by the same cause. */
export interface LostRange {
  cause: Cause;
  producer: number;
  from: number;
  /** The last one. */
  to: number;
}

/** All lost messages, each in one range; in the order of their numbers, producer by producer. */
export function lostRanges(ledger: Ledger): LostRange[] {
  const words = new FateWords(ledger);
  const ranges: LostRange[] = [];
  for (const producer of ledger.layout.messages.keys()) {
    const numbers = numbersOf(ledger, producer);
    const open = new Map<Cause, LostRange>();
    for (let word = 0; word * 32 < numbers.sent; word++) {
      const found = words.sort(numbers, word);
      for (const [place, cause] of causes.entries()) {
        const lost = found[firstCause + place]!;
        if (lost === 0) continue;
        for (let bit = 0; bit < 32; bit++) {
          if (((lost >>> bit) & 1) === 0) continue;
          const number = word * 32 + bit;
          const last = open.get(cause);
          if (last !== undefined && last.to === number - 1) last.to = number;
          else {
            const range = { cause, producer, from: number, to: number };
            open.set(cause, range);
            ranges.push(range);
          }
        }
      }
    }
  }
  return ranges;
}

/** The causes are the last fates, in their own order. */
const firstCause = fates.indexOf(causes[0]);
