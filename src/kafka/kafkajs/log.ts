import { unlessAborted, waitUntil, within, withinOrSoon } from "../../base/wait.js";
import type { Connection, LogReadingOrder } from "../driver.js";
import { type FetchedBatch, clientOf, endConsumer } from "./client.js";

const leaveLimitMs = 60_000;
const leaveHurryMs = 500;

/**
 * Reads a topic as the only member of a group that never commits. kafkajs hands over committed
 * records only. If an end is inside an open transaction, it waits for that transaction to end.
 */
export async function readLog(connection: Connection, order: LogReadingOrder): Promise<void> {
  const { topic, groupId, ends, stallLimitMs, signal } = order;
  if (ends.size === 0) return;
  const client = clientOf(connection).consumer({
    groupId,
    maxWaitTimeInMs: 100,
    allowAutoTopicCreation: false,
  });
  const reading = new LogReading(order);
  try {
    await unlessAborted(within("the auditor to connect", client.connect(), stallLimitMs), signal);
    await client.subscribe({ topic, fromBeginning: true });
    let fail: (error: unknown) => void = () => {};
    const failed = new Promise<never>((_, reject) => (fail = reject));
    failed.catch(() => {});
    // Fires for every batch, even one without records to hand over (control records, aborted
    // records).
    client.on(client.events.END_BATCH_PROCESS, ({ payload }) =>
      reading.passed(payload.partition, Number(payload.lastOffset)),
    );
    client.on(client.events.CRASH, ({ payload }) => payload.restart || fail(payload.error));
    const run = client.run({
      autoCommit: false,
      eachBatch: async ({ batch }) => {
        try {
          reading.take(batch);
        } catch (error) {
          // kafkajs would retry the batch forever, although its content cannot change.
          fail(error);
        }
      },
    });
    await unlessAborted(run, signal);
    let progress = reading.records;
    while (!reading.complete) {
      const moved = waitUntil(
        `the auditor to read ${reading.missing()}`,
        () => reading.complete || reading.records > progress,
        { limitMs: stallLimitMs, everyMs: 10, signal },
      );
      await Promise.race([moved, failed]);
      progress = reading.records;
    }
  } finally {
    const limits = { limitMs: leaveLimitMs, hurryMs: leaveHurryMs, signal };
    await withinOrSoon("the auditor to leave", endConsumer(client), limits).catch((error: unknown) => {
      if (signal?.aborted !== true) throw error;
    });
  }
}

/** Takes each record below the ends once, even if the client starts again after an error. */
class LogReading {
  records = 0;
  readonly #order: LogReadingOrder;
  /** The next offset by partition. */
  readonly #next = new Map<number, number>();
  readonly #left: Map<number, number>;

  constructor(order: LogReadingOrder) {
    this.#order = order;
    this.#left = new Map(order.ends);
  }

  get complete(): boolean {
    return this.#left.size === 0;
  }

  missing(): string {
    return [...this.#left].map(([partition, end]) => `partition ${partition} up to offset ${end}`).join(", ");
  }

  take(batch: FetchedBatch): void {
    const { partition } = batch;
    const end = this.#order.ends.get(partition);
    if (end === undefined) return;
    let next = this.#next.get(partition) ?? 0;
    for (const { offset, value } of batch.messages) {
      if (Number(offset) < next || Number(offset) >= end) continue;
      this.#order.onRecord(partition, Number(offset), value);
      next = Number(offset) + 1;
      this.records++;
    }
    this.#next.set(partition, next);
  }

  /** Marks a partition as read up to and including this offset. */
  passed(partition: number, offset: number): void {
    if (offset + 1 >= (this.#order.ends.get(partition) ?? 0)) this.#left.delete(partition);
  }
}
