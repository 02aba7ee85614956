import type { ProducerOptions } from "../src/kafka/driver.js";
import type { SenderOrder } from "../src/worker/producer/sender.js";

/** An at-most-once producer, as scenarios have it by default. */
export const producerOptions: Omit<ProducerOptions, "acks"> = {
  retries: 0,
  idempotent: false,
  metadataMaxAgeMs: 300_000,
  requestTimeoutMs: 30_000,
};

export function senderOrder({
  topic,
  runId,
  size,
}: {
  topic: string;
  runId: string;
  size: number;
}): SenderOrder {
  return { topic, runId, partitions: 1, guarantee: "at-most-once", settings: { size, retries: 0 } };
}
