import kafkajs from "kafkajs";

import type { Connection, ConsumerOptions } from "../src/kafka/driver.js";

/** What happens around each batch: the benchmark's clock. */
export type Around = (count: number, work: () => Promise<void>) => Promise<void>;

/**
 * The loop that kafkajs's own documentation shows, committing before it processes, and a handler
 * that does nothing: no ledger, no recorder, no check of who holds the partition.
 */
export async function startBareConsumer(
  { bootstrap }: Pick<Connection, "bootstrap">,
  options: ConsumerOptions & { commitEvery: number },
  around: Around,
): Promise<{ stop(): Promise<void> }> {
  const { topic, groupId, commitEvery, sessionTimeoutMs, concurrency, reset } = options;
  const client = new kafkajs.Kafka({
    brokers: [...bootstrap],
    logLevel: kafkajs.logLevel.NOTHING,
  }).consumer({
    groupId,
    sessionTimeout: sessionTimeoutMs,
    heartbeatInterval: Math.min(Math.floor(sessionTimeoutMs / 4), 250),
    maxWaitTimeInMs: 250,
  });
  await client.connect();
  await client.subscribe({ topic, fromBeginning: reset === "earliest" });
  await client.run({
    autoCommit: false,
    eachBatchAutoResolve: false,
    partitionsConsumedConcurrently: concurrency,
    eachBatch: ({ batch, isRunning, isStale, resolveOffset, heartbeat }) =>
      around(batch.messages.length, async () => {
        const { messages, partition } = batch;
        for (let from = 0; from < messages.length; from += commitEvery) {
          if (!isRunning() || isStale()) break;
          const to = Math.min(from + commitEvery, messages.length);
          const last = messages[to - 1]!.offset;
          await client.commitOffsets([{ topic, partition, offset: String(Number(last) + 1) }]);
          for (let place = from; place < to; place++) handle(messages[place]!);
          resolveOffset(last);
          await heartbeat();
        }
      }),
  });
  return {
    stop: async () => {
      await client.stop();
      await client.disconnect();
    },
  };
}

function handle(_message: kafkajs.KafkaMessage): void {}
