import type { MessageCount, Whole } from "../scenario/units.js";

/**
 * How the plan numbers its messages. Each producer numbers its own 0, 1, 2 …; the ledger keeps the
 * producers' bits one behind the other, each producer from a fresh 32-bit word, so that a word
 * belongs to one producer and every range can be counted word by word.
 */
export interface Layout {
  /** Messages of each producer. */
  readonly messages: readonly Whole[];
  /** Where each producer's bits begin; a multiple of 32. */
  readonly bases: readonly Whole[];
  /** Planned messages, all producers together. */
  readonly planned: MessageCount;
  /** 32-bit words of one plane of bits. */
  readonly words: MessageCount;
}

/** Shares `messages` out evenly; the first producers take one more where it does not divide. */
export function layOut(messages: number, producers: number): Layout {
  const counts = Array.from({ length: producers }, (_, producer) => shareOf(messages, producers, producer));
  const bases: number[] = [];
  let words = 0;
  for (const count of counts) {
    bases.push(words * 32);
    words += Math.ceil(count / 32);
  }
  return { messages: counts, bases, planned: messages, words };
}

/** The partition of a message: round robin, explicit in each record, the same in every life. */
export function partitionOf(number: number, producer: number, partitions: number): number {
  return (number + producer) % partitions;
}

function shareOf(whole: number, parts: number, part: number): number {
  return Math.floor(whole / parts) + (part < whole % parts ? 1 : 0);
}
