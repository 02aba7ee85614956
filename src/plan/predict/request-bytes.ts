/** How long the requests are that a kafkajs producer writes to one broker. Kafka's protocol and kafkajs decide it. */

/** What the requests of one life have in common: the names in them. */
export interface RequestNames {
  clientId: string;
  topic: string;
}

/** Length, API key, version, correlation id, client id. */
function header(names: RequestNames): number {
  return 4 + 2 + 2 + 4 + 2 + names.clientId.length;
}

/** What goes before the first produce request: ApiVersions, and Metadata of the one topic. */
export function handshakeBytes(names: RequestNames): number {
  return header(names) + (header(names) + 4 + 2 + names.topic.length + 1);
}

/**
 * A produce request of version 3 to 7, without key or headers, not compressed.
 *
 * @param messages how many messages with consecutive numbers it carries; round robin over `partitions`.
 * @param size bytes of each one's value.
 */
export function produceBytes(
  names: RequestNames,
  { messages, partitions, size }: { messages: number; partitions: number; size: number },
): number {
  // No transactional id, acks, time-out, one topic.
  let bytes = header(names) + 2 + 2 + 4 + 4 + 2 + names.topic.length + 4;
  for (let place = 0; place < Math.min(messages, partitions); place++) {
    bytes += 4 + 4 + batchBytes(Math.ceil((messages - place) / partitions), size);
  }
  return bytes;
}

function batchBytes(records: number, size: number): number {
  let bytes = 61;
  for (let offset = 0; offset < records; offset++) {
    // Attributes and the time, which is the same for all; the offset; no key; the value; no headers.
    const body = 1 + 1 + varintBytes(offset) + varintBytes(-1) + varintBytes(size) + size + 1;
    bytes += varintBytes(body) + body;
  }
  return bytes;
}

/** Zigzag, seven bits a byte. */
function varintBytes(value: number): number {
  let rest = value < 0 ? -2 * value - 1 : 2 * value;
  let bytes = 1;
  for (; rest >= 128; bytes++) rest = Math.floor(rest / 128);
  return bytes;
}
