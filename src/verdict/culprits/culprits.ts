import type { CommitInDoubt } from "../../ledger/commits-in-doubt.js";
import type { FaultEvent } from "../../ledger/events.js";
import type { Ledger } from "../../ledger/ledger.js";
import type { RunRecord } from "../../ledger/run-record.js";
import { partitionOf } from "../../plan/layout.js";
import type { MessageId } from "../../plan/message-name.js";
import type { Plan } from "../../plan/plan.js";
import { type Cause, causes } from "../../scenario/scenario.js";
import { FateWords, numbersOf } from "../fate-words.js";
import { fates } from "../fates.js";
import { ConsumerSide } from "./consumer-side.js";
import { type LogHistory, Skips, culpritInLog } from "./log-side.js";
import { type Occurrence, occurrencesOf } from "./occurrence.js";
import { ProducerTrail } from "./producer-trail.js";
import { SenderSide } from "./sender-side.js";

/** What is known of a run: its plan, its ledger, and what its event file says of faults, lives and commits. */
export interface Evidence {
  plan: Plan;
  run: RunRecord;
  ledger: Ledger;
  faults: readonly FaultEvent[];
  commitsInDoubt: readonly CommitInDoubt[];
  /** When the process of a life ended, milliseconds since 1970; `Infinity` if that is not known. */
  endOf: (life: { role: "producer" | "consumer"; worker: number; life: number }) => number;
}

/** Lost messages by what took them. */
export interface Culprits {
  /** By the place of the fault event: what that occurrence took, by the place where it died. */
  lostBy: Record<Cause, number>[];
  /** Lost messages that no occurrence of a fault explains. */
  unexplained: Record<Cause, number>;
}

/** Counts what each occurrence of a fault took. The rules are those of `docs/culprits.md`. */
export function findCulprits(evidence: Evidence): Culprits {
  const search = new Search(evidence);
  const found: Culprits = { lostBy: evidence.faults.map(() => noneLost()), unexplained: noneLost() };
  eachLost(evidence.ledger, (message, cause) => {
    const culprit = search.culpritOf(message, cause);
    const counted = culprit === undefined ? found.unexplained : found.lostBy[culprit.index]!;
    counted[cause]++;
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
  let found: number | undefined;
  // What a reset passed over is counted from the first message on.
  eachLost(evidence.ledger, (message, cause) => {
    const culprit = search.culpritOf(message, cause);
    if (message.producer === wanted.producer && message.number === wanted.number) found = culprit?.index;
  });
  return found;
}

class Search {
  readonly #senders: SenderSide;
  readonly #consumers: ConsumerSide;
  readonly #skips: Skips;
  readonly #history: LogHistory;
  readonly #bases: readonly number[];
  readonly #partitions: number;

  constructor({ plan, run, ledger, faults, commitsInDoubt, endOf }: Evidence) {
    const { topic, consumers } = run.scenario;
    const occurrences = occurrencesOf(plan, faults);
    const trails = ledger.lives.producers.map((life) => {
      const known = { startedAt: run.startedAt, partitions: topic.partitions, endedAt: endOf(life.record) };
      return new ProducerTrail(life, known);
    });
    this.#partitions = topic.partitions;
    this.#bases = ledger.layout.bases;
    this.#senders = new SenderSide(ledger, occurrences, trails, topic.partitions);
    this.#consumers = new ConsumerSide(ledger.lives.consumers, occurrences, commitsInDoubt);
    this.#history = {
      occurrences,
      truncations: run.witnesses.truncations,
      commandedConsumers: consumers.command !== undefined,
    };
    this.#skips = new Skips(this.#history);
  }

  culpritOf(message: MessageId, cause: Cause): Occurrence | undefined {
    const partition = partitionOf(message.number, message.producer, this.#partitions);
    switch (cause) {
      case "rejected":
      case "client-buffer":
      case "in-transit":
      case "refused":
        return this.#senders.culpritOf(cause, message);
      case "log":
        return culpritInLog(this.#history, partition, this.#senders.sentIn(message).from);
      case "skipped":
        return this.#skips.culpritOf(partition, this.#senders.sentIn(message).from);
      case "after-commit":
      case "in-processing":
        return this.#consumers.culpritOf(this.#bases[message.producer]! + message.number, partition);
    }
  }
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

function noneLost(): Record<Cause, number> {
  return Object.fromEntries(causes.map((cause) => [cause, 0])) as Record<Cause, number>;
}
