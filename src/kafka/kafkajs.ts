import { createRequire } from "node:module";

import type { Driver } from "./driver.js";
import { admin } from "./kafkajs-admin.js";
import { consumer } from "./kafkajs-consumer.js";
import { transactional } from "./kafkajs-transactions.js";
import { followLog } from "./kafkajs-follow.js";
import { readLog } from "./kafkajs-log.js";
import { producer } from "./kafkajs-producer.js";

/** kafkajs as a driver. What is set and why: see the traps of kafkajs in docs/architecture.md. */
export const kafkajsDriver: Driver = {
  name: "kafkajs",
  version: (createRequire(import.meta.url)("kafkajs/package.json") as { version: string }).version,
  producer,
  consumer,
  transactional,
  admin,
  readLog,
  followLog,
};
