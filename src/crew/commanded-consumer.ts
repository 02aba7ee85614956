import { epochMs } from "../base/clock.js";
import { numberedReader } from "../kafka/message.js";
import type { BlackBox } from "../ledger/box/black-box.js";
import type { Layout } from "../plan/layout.js";
import { readConsumerLine } from "./report-lines.js";
import type { LineTaker } from "./reports.js";

/** A record that was reported, without a commit over it yet. */
interface Open {
  offset: number;
  /** Index of its message in the planes. */
  index: number;
}

/**
 * Writes the reports of a commanded consumer's life into its black box, as lossbound's own consumer
 * would. A command reports only that it has a record, so each record counts as received and
 * processed at once.
 */
export class CommandedConsumer implements LineTaker {
  readonly #box: BlackBox<"consumer">;
  readonly #run: { topic: string; layout: Layout };
  readonly #onReady: () => void;
  readonly #read = numberedReader();
  readonly #identity = { producer: 0, number: 0, sentAt: 0 };
  readonly #assigned = new Set<number>();
  readonly #open = new Map<number, Open[]>();
  #anyRecord = false;

  constructor(box: BlackBox<"consumer">, run: { topic: string; layout: Layout }, onReady: () => void) {
    this.#box = box;
    this.#run = run;
    this.#onReady = onReady;
  }

  take(text: string): void {
    const line = readConsumerLine(text, this.#run.topic);
    switch (line.name) {
      case "startup_complete":
        return this.#onReady();
      case "partitions_assigned":
        for (const partition of line.partitions) this.#assigned.add(partition);
        this.#box.set("assigned", this.#assigned.size);
        this.#box.add("joins", 1);
        return;
      case "partitions_revoked":
        for (const partition of line.partitions) {
          this.#assigned.delete(partition);
          this.#open.delete(partition);
        }
        this.#box.set("assigned", this.#assigned.size);
        return;
      case "record_data":
        return this.#takeRecord(line);
      case "records_consumed":
        // Without the records themselves, the messages cannot be identified.
        if (line.count > 0 && !this.#anyRecord)
          throw new Error(
            `expected a record_data line for each record before records_consumed, got none for ${line.count} records; Kafka's own client prints them with --verbose`,
          );
        return;
      case "offsets_committed":
        this.#box.add(line.success ? "commitsAcknowledged" : "commitsFailed", 1);
        for (const { partition, offset } of line.offsets) this.#takeCommit(partition, offset, line.success);
        return;
      case "other":
        return;
    }
  }

  #takeRecord({ value, partition, offset }: { value: string; partition: number; offset: number }): void {
    const { bases, messages } = this.#run.layout;
    const identity = this.#identity;
    const ours =
      this.#read(Buffer.from(value), identity) && identity.number < (messages[identity.producer] ?? 0);
    if (!ours) {
      const where = `offset ${offset} of partition ${partition}`;
      throw new Error(
        `the record at ${where}, ${JSON.stringify(value.slice(0, 40))}, does not belong to this run`,
      );
    }
    this.#anyRecord = true;
    const index = bases[identity.producer]! + identity.number;
    const { fetched, covered, beganUncovered, began, beganAgain, ended, endedAgain } = this.#box.planes;
    fetched.mark(index);
    if (!covered.has(index)) beganUncovered.mark(index);
    if (!began.mark(index)) beganAgain.mark(index);
    if (!ended.mark(index)) endedAgain.mark(index);
    this.#box.set("processingUntil", epochMs());
    const open = this.#open.get(partition) ?? [];
    open.push({ offset, index });
    this.#open.set(partition, open);
  }

  #takeCommit(partition: number, next: number, acknowledged: boolean): void {
    const open = this.#open.get(partition) ?? [];
    const { tried, covered } = this.#box.planes;
    for (const { offset, index } of open) {
      if (offset >= next) continue;
      tried.mark(index);
      if (acknowledged) covered.mark(index);
    }
    if (acknowledged)
      this.#open.set(
        partition,
        open.filter(({ offset }) => offset >= next),
      );
  }
}
