import kafkajs, {
  type Admin,
  type EachBatchPayload,
  type KafkaConfig,
  type Producer,
  type SASLOptions,
  type logCreator,
} from "kafkajs";

import type { Connection } from "../driver.js";

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

/**
 * Stops a consumer, and closes its connections. The one way to do so: where its brokers have just changed,
 * kafkajs begins to fetch anew although it stops; such a fetch finds the consumer stopped, returns
 * nothing, and is asked again at once, for ever: no timer of the process fires any more. All that it does
 * by the way is to log, at a level that is not on. So the level is turned on, and the logger ends it by
 * throwing: kafkajs tries that fetch again later, finds that it stops, and stops.
 */
export async function endConsumer(
  consumer: Pick<kafkajs.Consumer, "logger" | "stop" | "disconnect">,
): Promise<void> {
  consumer.logger().setLogLevel(kafkajs.logLevel.DEBUG);
  await consumer.stop();
  await consumer.disconnect();
}

const fetchesThoughStopped = "consumer not running, exiting";

/** kafkajs logs each failure, hundreds a second under a fault: the first lines say it all. */
function fewLines(take: (line: string) => void = () => {}): logCreator {
  return () => {
    let left = 200;
    return ({ level, label, log }) => {
      // Only since `endConsumer`.
      if (level === kafkajs.logLevel.DEBUG && log.message === fetchesThoughStopped) {
        throw Object.assign(new Error("the consumer is stopped"), { retriable: true });
      }
      const isFailure = level === kafkajs.logLevel.ERROR || level === kafkajs.logLevel.WARN;
      if (isFailure && left-- > 0) take(`${label} ${log.message} ${String(log["error"] ?? "")}`);
    };
  };
}
