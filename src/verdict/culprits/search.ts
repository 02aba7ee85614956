import { type Layout, partitionOf } from "../../plan/layout.js";
import type { MessageId } from "../../plan/message-name.js";
import type { Cause } from "../../scenario/scenario.js";
import { ConsumerSide } from "./consumer-side.js";
import type { Evidence } from "./evidence.js";
import { type LogHistory, Skips, culpritInLog } from "./log-side.js";
import { type Occurrence, occurrencesOf } from "./occurrence.js";
import { ProducerTrail } from "./producer-trail.js";
import { type SenderCause, SenderSide } from "./sender-side.js";

/** Looks for what took a message: each place where one can die has its own rules. */
export class Search {
  /** In the order of time. */
  readonly occurrences: readonly Occurrence[];
  readonly trails: readonly ProducerTrail[];
  readonly #senders: SenderSide;
  readonly #consumers: ConsumerSide;
  readonly #skips: Skips;
  readonly #history: LogHistory;
  readonly #layout: Layout;
  readonly #partitions: number;

  constructor({ plan, run, ledger, faults, commitsInDoubt, joins, endOf }: Evidence) {
    const { topic, consumers } = run.plan.scenario;
    this.occurrences = occurrencesOf(plan, faults);
    this.trails = ledger.lives.producers.map((life) => {
      const known = { startedAt: run.startedAt, partitions: topic.partitions, endedAt: endOf(life.record) };
      return new ProducerTrail(life, known);
    });
    this.#partitions = topic.partitions;
    this.#layout = ledger.layout;
    this.#senders = new SenderSide(ledger, this.occurrences, this.trails, topic.partitions);
    this.#consumers = new ConsumerSide(ledger.lives.consumers, this.occurrences, {
      commitsInDoubt,
      joins,
      runId: run.runId,
    });
    this.#history = {
      occurrences: this.occurrences,
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
        return this.#consumers.culpritOf(this.#layout.bases[message.producer]! + message.number, partition);
    }
  }

  /** Whether a commit over a message was under way while its consumer joined the group again. */
  wasOvertaken({ producer, number }: MessageId): boolean {
    const partition = partitionOf(number, producer, this.#partitions);
    return this.#consumers.wasOvertaken(this.#layout.bases[producer]! + number, partition);
  }

  /** What took a message, by what its producer knows of it. */
  ofSender(cause: SenderCause, message: MessageId): Occurrence | undefined {
    return this.#senders.culpritOf(cause, message);
  }

  /** What took a message that consumers had committed over, named by its place in the planes. */
  ofConsumer(place: number): Occurrence | undefined {
    const producer = this.#layout.bases.findLastIndex((base) => base <= place);
    const number = place - this.#layout.bases[producer]!;
    return this.#consumers.culpritOf(place, partitionOf(number, producer, this.#partitions));
  }
}
