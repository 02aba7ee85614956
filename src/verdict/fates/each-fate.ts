import type { Ledger } from "../../ledger/ledger.js";
import type { MessageId } from "../../plan/message-name.js";
import { type Cause, causes } from "../../scenario/scenario.js";
import { FateWords, numbersOf } from "./fate-words.js";
import { type Fate, fates } from "./fates.js";

/** What became of one message. */
export function fateOf(ledger: Ledger, { producer, number }: MessageId): Fate {
  const found = new FateWords(ledger).sort(numbersOf(ledger, producer), Math.floor(number / 32));
  const bit = 1 << (number & 31);
  return fates.find((_, place) => (found[place]! & bit) !== 0)!;
}

/**
 * Messages of one producer that are lost by the same cause: all from one number to another, or every
 * `step`th of them, which are those that follow one another in one partition.
 */
export interface LostRange {
  cause: Cause;
  producer: number;
  from: number;
  /** The last one. */
  to: number;
  step: number;
}

type Run = Omit<LostRange, "cause" | "producer">;

/**
 * All lost messages, each in one range; producer by producer.
 *
 * @param partitions that each producer's messages go to in turn.
 */
export function lostRanges(ledger: Ledger, partitions: number): LostRange[] {
  return [...ledger.layout.messages.keys()].flatMap((producer) =>
    [...lostRuns(ledger, producer)].flatMap(([cause, runs]) =>
      foldByPartition(runs, partitions).map((run) => ({ cause, producer, ...run })),
    ),
  );
}

/** Of each cause, numbers that follow one another. */
function lostRuns(ledger: Ledger, producer: number): Map<Cause, Run[]> {
  const words = new FateWords(ledger);
  const numbers = numbersOf(ledger, producer);
  const runs = new Map<Cause, Run[]>();
  for (let word = 0; word * 32 < numbers.sent; word++) {
    const found = words.sort(numbers, word);
    for (const [place, cause] of causes.entries()) {
      const lost = found[firstCause + place]!;
      if (lost === 0) continue;
      const those = runs.get(cause) ?? [];
      for (let bit = 0; bit < 32; bit++) if (((lost >>> bit) & 1) === 1) append(those, word * 32 + bit, 1);
      runs.set(cause, those);
    }
  }
  return runs;
}

/**
 * A consumer that dies takes along what it had of its own partitions: every third number, say. Runs that
 * go through all partitions stay as they are; the others are taken apart and put together by partition,
 * where that joins any.
 */
function foldByPartition(runs: readonly Run[], partitions: number): Run[] {
  const isShort = ({ from, to }: Run) => to - from + 1 < partitions;
  const ofPartition = Array.from({ length: partitions }, (): Run[] => []);
  for (const { from, to } of runs.filter(isShort)) {
    for (let number = from; number <= to; number++)
      append(ofPartition[number % partitions]!, number, partitions);
  }
  const chains = ofPartition.flat();
  const alone: Run[] = [];
  const single = chains.filter(({ from, to }) => from === to).toSorted(byNumber);
  for (const { from } of single) append(alone, from, 1);
  const joined = chains.filter(({ from, to }) => from !== to);
  return [...runs.filter((run) => !isShort(run)), ...joined, ...alone].toSorted(byNumber);
}

/** Numbers come in their order. */
function append(runs: Run[], number: number, step: number): void {
  const last = runs.at(-1);
  if (last !== undefined && last.to === number - step) last.to = number;
  else runs.push({ from: number, to: number, step });
}

function byNumber(one: Run, next: Run): number {
  return one.from - next.from;
}

/** The causes are the last fates, in their own order. */
const firstCause = fates.indexOf(causes[0]);
