import type { Connection, Transaction, TransactionalClient, TransactionalOptions } from "../driver.js";
import { type Producer, clientOf, defaultPartitioner } from "./client.js";

/**
 * How often kafkajs asks again, and how soon. The broker still ends a transaction when the next one
 * begins, and then wants to be asked again: the default of 300 ms makes two transactions a second.
 */
const retry = { initialRetryTime: 5, maxRetryTime: 500, retries: 10 };

/** A transactional producer, on kafkajs. */
export function transactional(
  connection: Connection,
  { id, timeoutMs, requestTimeoutMs }: TransactionalOptions,
): TransactionalClient {
  // On the client, too: what is not a record is asked again as the client says.
  const client = clientOf(connection, { requestTimeout: requestTimeoutMs, retry }).producer({
    transactionalId: id,
    transactionTimeout: timeoutMs,
    maxInFlightRequests: 1,
    retry,
    allowAutoTopicCreation: false,
    createPartitioner: defaultPartitioner,
  });
  /** kafkajs takes the id when its first transaction begins. */
  let first: Transaction | undefined;
  return {
    take: async () => {
      await client.connect();
      first = transactionOf(await client.transaction());
    },
    begin: async () => {
      const begun = first ?? transactionOf(await client.transaction());
      first = undefined;
      return begun;
    },
    disconnect: () => client.disconnect(),
  };
}

function transactionOf(begun: Awaited<ReturnType<Producer["transaction"]>>): Transaction {
  return {
    send: async (topic, messages) => {
      // Without every replica in sync a broker could lose what a transaction holds.
      await begun.send({ topic, acks: -1, messages });
    },
    sendOffset: (consumerGroupId, topic, partition, offset) =>
      begun.sendOffsets({
        consumerGroupId,
        topics: [{ topic, partitions: [{ partition, offset: String(offset) }] }],
      }),
    commit: () => begun.commit(),
    abort: () => begun.abort(),
  };
}
