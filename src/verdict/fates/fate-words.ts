import { lowBits } from "../../ledger/box/bits.js";
import type { Ledger } from "../../ledger/ledger.js";
import { type EvidenceBit, evidenceBits, fates, sortIntoFates } from "./fates.js";

/** The numbers of one producer, and where its bits begin. */
export interface ProducerNumbers {
  base: number;
  sent: number;
  planned: number;
}

export function numbersOf({ layout, sentBelow }: Ledger, producer: number): ProducerNumbers {
  return {
    base: layout.bases[producer]!,
    sent: sentBelow[producer]!,
    planned: layout.messages[producer]!,
  };
}

/** Sorts a ledger's messages into fates, a word of them at a time, without allocating. */
export class FateWords {
  readonly #planes: Ledger["planes"];
  readonly #evidence = new Int32Array(evidenceBits.length);
  readonly #found = new Int32Array(fates.length);
  /** An accepted message is an acknowledged one. */
  readonly #acknowledges: boolean;

  constructor({ planes, acknowledges }: Pick<Ledger, "planes" | "acknowledges">) {
    this.#planes = planes;
    this.#acknowledges = acknowledges;
  }

  /**
   * @param word which 32 of the producer's messages, from 0.
   * @returns a word a fate, in the order of `fates`; it is filled anew by the next call.
   */
  sort(numbers: ProducerNumbers, word: number): Int32Array {
    const evidence = this.#evidence;
    const planes = this.#planes;
    const place = numbers.base / 32 + word;
    evidence[at.planned] = lowBits(numbers.planned - word * 32);
    evidence[at.s] = lowBits(numbers.sent - word * 32);
    const handed = planes.handed[place]!;
    evidence[at.a] = planes.accepted[place]! | (handed & ~planes.rejected[place]!);
    evidence[at.r] = planes.rejected[place]!;
    evidence[at.n] = evidence[at.s]! & ~handed;
    evidence[at.z] = planes.refused[place]! | planes.behindRefused[place]!;
    evidence[at.x] = planes.seen[place]! | (this.#acknowledges ? planes.accepted[place]! : 0);
    evidence[at.l] = planes.stored[place]!;
    evidence[at.b] = planes.stored[place]! & ~planes.uncommitted[place]!;
    evidence[at.f] = planes.fetched[place]!;
    evidence[at.t] = planes.tried[place]!;
    evidence[at.c] = planes.covered[place]!;
    evidence[at.g] = planes.began[place]!;
    evidence[at.h] = planes.beganAgain[place]!;
    evidence[at.d] = planes.ended[place]!;
    evidence[at.e] = planes.endedAgain[place]!;
    sortIntoFates(evidence, this.#found);
    return this.#found;
  }
}

const at = Object.fromEntries(evidenceBits.map((bit, place) => [bit, place])) as Record<EvidenceBit, number>;
