import kafkajs, {
  type Admin,
  type EachBatchPayload,
  type KafkaConfig,
  type Producer,
  type SASLOptions,
  type logCreator,
} from "kafkajs";

import type { Connection } from "../driver.js";

/** The only import of kafkajs; the rest of the driver uses these re-exports. */
export type { Admin, EachBatchPayload, Producer };
export type FetchedBatch = kafkajs.Batch;
export const defaultPartitioner = kafkajs.Partitioners.DefaultPartitioner;

/** Time after which a request counts as unanswered. */
export const requestTimeoutMs = 30_000;

/** Creates a client that dials and logs as the connection defines. */
export function clientOf(
  { clientId, bootstrap, dial, security, log }: Connection,
  more: Partial<KafkaConfig> = {},
): kafkajs.Kafka {
  return new kafkajs.Kafka({
    clientId,
    brokers: [...bootstrap],
    // The dial handles TLS, so kafkajs need not know about it.
    socketFactory: dial,
    logLevel: log === undefined ? kafkajs.logLevel.NOTHING : kafkajs.logLevel.WARN,
    logCreator: fewLines(log),
    requestTimeout: requestTimeoutMs,
    ...(security?.sasl && { sasl: security.sasl as SASLOptions }),
    ...more,
  });
}

/**
 * Stops a consumer and closes its connections. Consumers must be stopped in no other way. If its
 * brokers have just changed, kafkajs starts new fetches while it stops. Such a fetch finds the
 * consumer stopped, returns nothing and is repeated at once, forever, so that no timer of the
 * process fires any more. The loop's only side effect is a debug log. Therefore this turns debug
 * logs on, and the logger breaks the loop by throwing: kafkajs then retries the fetch later,
 * notices that it is stopping, and stops.
 */
export async function endConsumer(
  consumer: Pick<kafkajs.Consumer, "logger" | "stop" | "disconnect">,
): Promise<void> {
  consumer.logger().setLogLevel(kafkajs.logLevel.DEBUG);
  await consumer.stop();
  await consumer.disconnect();
}

const fetchesThoughStopped = "consumer not running, exiting";

/** Passes on the first 200 failures only: under a fault kafkajs logs hundreds a second. */
function fewLines(take: (line: string) => void = () => {}): logCreator {
  return () => {
    let left = 200;
    return ({ level, label, log }) => {
      // Debug logs are on only after `endConsumer`.
      if (level === kafkajs.logLevel.DEBUG && log.message === fetchesThoughStopped) {
        throw Object.assign(new Error("the consumer is stopped"), { retriable: true });
      }
      const isFailure = level === kafkajs.logLevel.ERROR || level === kafkajs.logLevel.WARN;
      if (isFailure && left-- > 0) take(`${label} ${log.message} ${String(log["error"] ?? "")}`);
    };
  };
}
