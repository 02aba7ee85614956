import { createRequire } from "node:module";

const require = createRequire(import.meta.url);
const encodeProduce = require("kafkajs/src/protocol/requests/produce/v7/request.js") as (
  order: unknown,
) => unknown;
const createRequest = require("kafkajs/src/protocol/request.js") as (order: unknown) => Promise<{
  buffer: Buffer;
}>;

/** Encodes a produce request with these values by partition, with kafkajs's own code. */
export async function encodeRequest(
  correlationId: number,
  batches: Record<number, readonly Buffer[]>,
): Promise<Buffer> {
  const partitions = Object.entries(batches).map(([partition, values]) => ({
    partition: Number(partition),
    messages: values.map((value) => ({ value })),
  }));
  const request = encodeProduce({ acks: 0, timeout: 30_000, topicData: [{ topic: "a-topic", partitions }] });
  return (await createRequest({ request, correlationId, clientId: "a-client" })).buffer;
}
