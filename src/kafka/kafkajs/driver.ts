import { createRequire } from "node:module";

import type { Driver } from "../driver.js";
import { admin } from "./admin.js";
import { consumer } from "./consumer.js";
import { transactional } from "./transactions.js";
import { followLog } from "./follow.js";
import { readLog } from "./log.js";
import { producer } from "./producer.js";

/** The driver for kafkajs. For its settings, see the traps of kafkajs in docs/architecture.md. */
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
