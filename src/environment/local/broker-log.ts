import { createReadStream } from "node:fs";
import { createInterface } from "node:readline";

import type { BrokerLog, Refusal, Truncation } from "../environment.js";

/** The event in one line of a broker's log, with the names as they appear there. */
export type LogEvent =
  | { kind: "refusal"; clientId: string; correlationId: number; at: number }
  | { kind: "truncation"; topic: string; partition: number; offset: number; at: number };

/** A broker whose output can be read. It writes one file per start. */
interface ReadableBroker {
  readonly id: number;
  readonly outputs: readonly string[];
}

/** Returns a log that reads all output of the brokers from the first line on with each call. */
export function brokerLogOf(brokers: readonly ReadableBroker[]): BrokerLog {
  return {
    async told(run) {
      const refusals: Refusal[] = [];
      const truncations: Truncation[] = [];
      for (const { id, outputs } of brokers) {
        for (const output of outputs) {
          for await (const line of createInterface({ input: createReadStream(output) })) {
            const event = readBrokerLine(line);
            switch (event?.kind) {
              case "refusal": {
                const { clientId, correlationId, at } = event;
                if (clientId.startsWith(run.clients))
                  refusals.push({ broker: id, clientId, correlationId, at });
                break;
              }
              case "truncation": {
                const { topic, partition, offset, at } = event;
                if (topic === run.topic) truncations.push({ broker: id, partition, offset, at });
                break;
              }
              case undefined:
                break;
            }
          }
        }
      }
      return { refusals, truncations };
    },
  };
}

const refusal =
  /^(\S+) INFO kafka\.server\.KafkaApis .*Closing connection due to error during produce request with correlation id (\d+) from client id (\S+) with ack=0$/;
const truncation =
  /^(\S+) INFO \S+\.UnifiedLog \[UnifiedLog partition=(\S+)-(\d+), dir=.*\] Truncating to offset (\d+)$/;

/**
 * Parses a log line of Kafka 4.1 in the layout of `parts/kafka/log4j2.yaml`. Returns `undefined`
 * for any other line. (The line after a refusal names its partitions and the reason.)
 */
export function readBrokerLine(line: string): LogEvent | undefined {
  const refused = refusal.exec(line);
  if (refused !== null) {
    const [, at, correlationId, clientId] = refused;
    return {
      kind: "refusal",
      clientId: clientId!,
      correlationId: Number(correlationId),
      at: Date.parse(at!),
    };
  }
  const cut = truncation.exec(line);
  if (cut === null) return undefined;
  const [, at, topic, partition, offset] = cut;
  return {
    kind: "truncation",
    topic: topic!,
    partition: Number(partition),
    offset: Number(offset),
    at: Date.parse(at!),
  };
}
