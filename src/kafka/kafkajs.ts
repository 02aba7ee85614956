import { createRequire } from "node:module";

import type { Connection, Driver, ProducerClient, ProducerOptions } from "./driver.js";
import { admin } from "./kafkajs-admin.js";
import { clientOf, defaultPartitioner } from "./kafkajs-client.js";
import { consumer } from "./kafkajs-consumer.js";
import { transactional } from "./kafkajs-transactions.js";
import { readLog } from "./kafkajs-log.js";

/** kafkajs as a driver. What is set and why: see the traps of kafkajs in docs/architecture.md. */
export const kafkajsDriver: Driver = {
  name: "kafkajs",
  version: (createRequire(import.meta.url)("kafkajs/package.json") as { version: string }).version,
  producer,
  consumer,
  transactional,
  admin,
  readLog,
};

function producer(connection: Connection, { acks }: ProducerOptions): ProducerClient {
  const client = clientOf(connection).producer({
    // Never a second send. Set here and not on the client, where it would turn off reconnecting too.
    retry: { retries: 0 },
    allowAutoTopicCreation: false,
    createPartitioner: defaultPartitioner,
  });
  return {
    connect: () => client.connect(),
    send: (topic, messages) => client.send({ topic, acks, messages }),
    disconnect: () => client.disconnect(),
  };
}
