import { LossboundError } from "../../base/errors.js";
import { countBits, lowBits, popcount } from "../../ledger/box/bits.js";
import type { EvidencePlanes, Ledger } from "../../ledger/ledger.js";
import type { SendTime } from "../../ledger/send-times.js";
import { EvidenceError } from "../../ledger/record/evidence-error.js";
import { type Cause, causes } from "../../scenario/scenario.js";
import { FateWords, type ProducerNumbers, numbersOf } from "./fate-words.js";
import { type Fate, fates } from "./fates.js";

/** How many messages there are of each kind: everything that a verdict is made from. */
export interface Tally {
  planned: number;
  sent: number;
  accepted: number;
  rejected: number;
  stored: number;
  received: number;
  fates: Record<Fate, number>;
  /** Of the refused: those whose own request was not, but one before it on the same connection. */
  refusedBehind: number;
  violations: { beganBeforeCommit: number; beganTwice: number; storedTwice: number };
  /** By the second in which the message was sent; empty where nothing was. */
  seconds: SecondTally[];
}

export interface SecondTally {
  sent: number;
  processed: number;
  lostBy: Record<Cause, number>;
}

/**
 * Gives every message its fate and counts.
 *
 * @param startedAt when second 0 began, milliseconds since 1970.
 * @throws EvidenceError when a message has evidence that contradicts itself.
 */
export function tallyOf(ledger: Ledger, startedAt: number): Tally {
  const { layout, planes } = ledger;
  const tally: Tally = {
    planned: layout.planned,
    sent: ledger.sentBelow.reduce((sum, next) => sum + next, 0),
    accepted: countBits(planes.accepted),
    rejected: countBits(planes.rejected),
    stored: countBits(planes.stored),
    received: countBits(planes.began),
    fates: zeroed(fates),
    refusedBehind: 0,
    violations: {
      beganBeforeCommit: countBits(planes.beganUncovered),
      beganTwice: countBits(planes.beganAgain),
      storedTwice: ledger.extraCopies,
    },
    seconds: [],
  };
  const counter = new FateCounter(ledger);
  for (let producer = 0; producer < layout.messages.length; producer++) {
    const numbers = numbersOf(ledger, producer);
    let from = 0;
    for (const { second, next } of secondsOf(ledger.sendTimes[producer]!, startedAt)) {
      const to = Math.min(Math.max(next, from), numbers.sent);
      const counted = counter.count(numbers, from, to);
      add(tally.fates, counted);
      addSecond(tally.seconds, second, to - from, counted);
      from = to;
    }
    // What is left was never sent; its words also hold the room to spare, where no bit may be set.
    add(tally.fates, counter.count(numbers, from, Math.ceil(numbers.planned / 32) * 32));
  }
  if (tally.fates.impossible > 0) {
    throw new EvidenceError(
      "possible-evidence",
      `${tally.fates.impossible} messages have evidence that contradicts itself`,
    );
  }
  tally.refusedBehind = counter.refusedBehind;
  checkSum(tally);
  return tally;
}

/** Of no message. */
export function noMessages(): Tally {
  return {
    planned: 0,
    sent: 0,
    accepted: 0,
    rejected: 0,
    stored: 0,
    received: 0,
    fates: zeroed(fates),
    refusedBehind: 0,
    violations: { beganBeforeCommit: 0, beganTwice: 0, storedTwice: 0 },
    seconds: [],
  };
}

/** Lost messages by cause. */
export function lostBy(tally: Pick<Tally, "fates">): Record<Cause, number> {
  return Object.fromEntries(causes.map((cause) => [cause, tally.fates[cause]])) as Record<Cause, number>;
}

/** Counts the fates in a range of one producer's messages, a word at a time, without allocating. */
class FateCounter {
  readonly #planes: EvidencePlanes;
  readonly #words: FateWords;
  readonly #counts = new Float64Array(fates.length);
  refusedBehind = 0;

  constructor(ledger: Pick<Ledger, "planes" | "acknowledges">) {
    this.#planes = ledger.planes;
    this.#words = new FateWords(ledger);
  }

  count(numbers: ProducerNumbers, from: number, to: number): Float64Array {
    const counts = this.#counts.fill(0);
    const base = numbers.base / 32;
    for (let word = Math.floor(from / 32); word * 32 < to; word++) {
      const within = lowBits(to - word * 32) & ~lowBits(from - word * 32);
      const found = this.#words.sort(numbers, word);
      for (let fate = 0; fate < found.length; fate++) {
        const messages = found[fate]! & within;
        if (messages !== 0) counts[fate] = counts[fate]! + popcount(messages);
      }
      const refused = found[refusedAt]! & within;
      if (refused !== 0) this.refusedBehind += popcount(refused & ~this.#planes.refused[base + word]!);
    }
    return counts;
  }
}

const refusedAt = fates.indexOf("refused");

/** Up to which number had been sent by the end of each second; the last moment closes the last second. */
export function secondsOf(times: readonly SendTime[], startedAt: number): { second: number; next: number }[] {
  const seconds: { second: number; next: number }[] = [];
  for (const { at: moment, next } of times) {
    // What was sent by a moment on the boundary was sent in the second before it.
    const second = Math.max(0, Math.ceil((moment - startedAt) / 1000) - 1);
    const last = seconds.at(-1);
    if (last?.second === second) last.next = Math.max(last.next, next);
    else seconds.push({ second, next });
  }
  return seconds;
}

function addSecond(seconds: SecondTally[], second: number, sent: number, counted: Float64Array): void {
  while (seconds.length <= second) seconds.push({ sent: 0, processed: 0, lostBy: zeroed(causes) });
  const tally = seconds[second]!;
  tally.sent += sent;
  tally.processed += counted[fates.indexOf("processed")]! + counted[fates.indexOf("duplicated")]!;
  for (const cause of causes) tally.lostBy[cause] += counted[fates.indexOf(cause)]!;
}

function add(sum: Record<Fate, number>, counted: Float64Array): void {
  for (const [place, fate] of fates.entries()) sum[fate] += counted[place]!;
}

/** A message in two fates, or in none, would be an error of ours. */
function checkSum(tally: Tally): void {
  const sum = fates.reduce((total, fate) => total + tally.fates[fate], 0);
  if (sum !== tally.planned) {
    throw new LossboundError("HARNESS", `the fates sum to ${sum} messages, the plan has ${tally.planned}`);
  }
}

/** A count for each name, all 0. */
export function zeroed<Name extends string>(names: readonly Name[]): Record<Name, number> {
  return Object.fromEntries(names.map((name) => [name, 0])) as Record<Name, number>;
}
