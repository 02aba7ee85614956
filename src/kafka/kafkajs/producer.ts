import type { Connection, OutgoingRecord, ProducerClient, ProducerOptions } from "../driver.js";
import { clientOf, defaultPartitioner } from "./client.js";

export function producer(connection: Connection, options: ProducerOptions): ProducerClient {
  return options.idempotent
    ? idempotentProducer(() => plainProducer(connection, options))
    : plainProducer(connection, options);
}

function plainProducer(connection: Connection, options: ProducerOptions): ProducerClient {
  const { idempotent, metadataMaxAgeMs, requestTimeoutMs } = options;
  const acks = options.acks === "all" ? -1 : options.acks;
  const client = clientOf(connection, { requestTimeout: requestTimeoutMs }).producer({
    // Set here rather than on the client, where 0 would also turn off reconnecting.
    retry: { retries: options.retries },
    metadataMaxAge: metadataMaxAgeMs,
    idempotent,
    // A request gets its sequence numbers when it is built, so two concurrent requests could arrive
    // out of order.
    ...(idempotent && { maxInFlightRequests: 1 }),
    allowAutoTopicCreation: false,
    createPartitioner: defaultPartitioner,
  });
  return {
    connect: () => client.connect(),
    send: (topic, messages) => client.send({ topic, acks, messages }),
    disconnect: () => client.disconnect(),
  };
}

/**
 * Creates an idempotent producer that is replaced by a new one, with a new producer id, after each
 * failed send. kafkajs reuses the sequence numbers of a failed send, although the broker may have
 * stored it. The broker would then drop the next send as a duplicate and report success.
 */
export function idempotentProducer(open: () => ProducerClient): ProducerClient {
  let client = open();
  let usable: Promise<void> | undefined;
  let failed = false;
  const renewed = async (): Promise<void> => {
    const spent = client;
    client = open();
    void spent.disconnect().catch(() => {});
    await client.connect();
  };
  return {
    connect: () => client.connect(),
    async send(topic: string, records: OutgoingRecord[]) {
      if (failed) {
        failed = false;
        usable = renewed();
      }
      try {
        await usable;
        return await client.send(topic, records);
      } catch (error) {
        failed = true;
        throw error;
      }
    },
    disconnect: () => client.disconnect(),
  };
}
