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
    // Set here and not on the client, where 0 would turn off reconnecting too.
    retry: { retries: options.retries },
    metadataMaxAge: metadataMaxAgeMs,
    idempotent,
    // Sequence numbers are taken when a request is made: two under way at once could arrive the other way round.
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
 * A producer with sequence numbers that begins anew, as another one to the brokers, after each send
 * that failed. kafkajs takes the numbers of such a send back, though the broker may have stored it:
 * the next send would have the same numbers, be taken for a repetition, and vanish with success.
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
