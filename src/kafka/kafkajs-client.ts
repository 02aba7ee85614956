import kafkajs, {
  type Admin,
  type EachBatchPayload,
  type KafkaConfig,
  type Producer,
  type SASLOptions,
  type logCreator,
} from "kafkajs";

import type { Connection } from "./driver.js";

/** The one door to the package kafkajs: what else the driver needs of it is passed on here. */
export type { Admin, EachBatchPayload, Producer };
export type FetchedBatch = kafkajs.Batch;
export const defaultPartitioner = kafkajs.Partitioners.DefaultPartitioner;

/** After so long a request counts as unanswered. */
export const requestTimeoutMs = 30_000;

/** A client that dials as the connection says, and logs where it says. */
export function clientOf(
  { clientId, bootstrap, dial, security, log }: Connection,
  more: Partial<KafkaConfig> = {},
): kafkajs.Kafka {
  return new kafkajs.Kafka({
    clientId,
    brokers: [...bootstrap],
    // TLS is the dial's business, so kafkajs is told nothing of it.
    socketFactory: dial,
    logLevel: log === undefined ? kafkajs.logLevel.NOTHING : kafkajs.logLevel.WARN,
    logCreator: fewLines(log),
    requestTimeout: requestTimeoutMs,
    ...(security?.sasl && { sasl: security.sasl as SASLOptions }),
    ...more,
  });
}

/** kafkajs logs each failure, hundreds a second under a fault: the first lines say it all. */
function fewLines(take: (line: string) => void = () => {}): logCreator {
  return () => {
    let left = 200;
    return ({ label, log }) => {
      if (left-- > 0) take(`${label} ${log.message} ${String(log["error"] ?? "")}`);
    };
  };
}
