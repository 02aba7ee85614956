import type { Connection, Transaction, TransactionalClient, TransactionalOptions } from "../driver.js";
import { type Producer, clientOf, defaultPartitioner } from "./client.js";

/**
 * How often kafkajs retries, and how soon. When a transaction begins, the broker is still
 * completing the previous one and demands a retry. With kafkajs's default of 300 ms, that allows
 * only two transactions a second.
 */
const retry = { initialRetryTime: 5, maxRetryTime: 500, retries: 10 };

/** Creates a transactional producer with kafkajs. */
export function transactional(
  connection: Connection,
  { id, timeoutMs, requestTimeoutMs }: TransactionalOptions,
): TransactionalClient {
  // Set on the client too, because requests other than sends use the client's retry settings.
  const client = clientOf(connection, { requestTimeout: requestTimeoutMs, retry }).producer({
    transactionalId: id,
    transactionTimeout: timeoutMs,
    maxInFlightRequests: 1,
    retry,
    allowAutoTopicCreation: false,
    createPartitioner: defaultPartitioner,
  });
  /** kafkajs claims the id when its first transaction begins. */
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
      // With fewer acks a broker could lose records of a transaction.
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
