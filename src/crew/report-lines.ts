import { isMap } from "../scenario/schema/fields.js";

/**
 * A line of a producer command's standard output: one JSON object, in the protocol of Kafka's own
 * verifiable clients. Lines with other names are ignored.
 */
export type ProducerLine =
  | { name: "startup_complete" }
  /** The client reports that the message was sent; `number` is its number within this life. */
  | { name: "producer_send_success"; number: number }
  /** The client reports that it gave up on the message. */
  | { name: "producer_send_error"; number: number }
  | { name: "other" };

export type ConsumerLine =
  | { name: "startup_complete" }
  | { name: "partitions_assigned" | "partitions_revoked"; partitions: number[] }
  /** It received this record and has processed it. */
  | { name: "record_data"; value: string; partition: number; offset: number }
  /** It received this many records. */
  | { name: "records_consumed"; count: number }
  /** It committed these offsets as the next ones, or failed to. */
  | { name: "offsets_committed"; success: boolean; offsets: { partition: number; offset: number }[] }
  | { name: "other" };

const shownMax = 120;

/**
 * Reads one whole line of a producer.
 *
 * @param prefix the start of each message's value, followed by a dot and the message's number.
 * @param messages the number of messages; their numbers start at 0.
 * @throws Error with what was expected and what the line holds.
 */
export function readProducerLine(text: string, prefix: string, messages: number): ProducerLine {
  const { line, name } = parse(text);
  if (name === "startup_complete") return { name };
  if (name === "producer_send_success" || name === "producer_send_error")
    return { name, number: numberOf(line["value"], { name, prefix, messages }) };
  return { name: "other" };
}

/**
 * Reads one whole line of a consumer, and leaves out entries about other topics.
 *
 * @throws Error with what was expected and what the line holds.
 */
export function readConsumerLine(text: string, topic: string): ConsumerLine {
  const { line, name } = parse(text);
  const isOfTopic = (entry: unknown): entry is Record<string, unknown> =>
    isMap(entry) && entry["topic"] === topic;
  const listOf = (key: string): Record<string, unknown>[] => {
    const entries = line[key];
    if (!Array.isArray(entries)) throw malformed(`"${key}" in ${name} to be a list`, text);
    return entries.filter(isOfTopic);
  };
  const wholeOf = (entry: Record<string, unknown>, key: string): number => {
    const value = entry[key];
    if (Number.isSafeInteger(value) && (value as number) >= 0) return value as number;
    throw malformed(`"${key}" in ${name} to be a non-negative integer`, text);
  };
  switch (name) {
    case "startup_complete":
      return { name };
    case "partitions_assigned":
    case "partitions_revoked":
      return { name, partitions: listOf("partitions").map((entry) => wholeOf(entry, "partition")) };
    case "record_data": {
      if (!isOfTopic(line)) return { name: "other" };
      const { value } = line;
      if (typeof value !== "string") throw malformed(`"value" in record_data to be a string`, text);
      return { name, value, partition: wholeOf(line, "partition"), offset: wholeOf(line, "offset") };
    }
    case "records_consumed":
      return { name, count: wholeOf(line, "count") };
    case "offsets_committed": {
      const { success } = line;
      if (typeof success !== "boolean")
        throw malformed(`"success" in offsets_committed to be true or false`, text);
      const offsets = listOf("offsets").map((entry) => ({
        partition: wholeOf(entry, "partition"),
        offset: wholeOf(entry, "offset"),
      }));
      return { name, success, offsets };
    }
  }
  return { name: "other" };
}

function malformed(expected: string, text: string): Error {
  return new Error(`expected ${expected}, got ${shown(text)}`);
}

function parse(text: string): { line: Record<string, unknown>; name: string } {
  let line: unknown;
  try {
    line = JSON.parse(text);
  } catch {
    line = undefined;
  }
  if (isMap(line)) {
    const { name } = line;
    if (typeof name === "string") return { line, name };
    throw malformed('a "name" that is a string', text);
  }
  throw malformed("one JSON object per line (print anything else to stderr)", text);
}

function numberOf(
  value: unknown,
  { name, prefix, messages }: { name: string; prefix: string; messages: number },
): number {
  const digits =
    typeof value === "string" && value.startsWith(`${prefix}.`) ? value.slice(prefix.length + 1) : "";
  const number = /^(0|[1-9][0-9]{0,14})$/u.test(digits) ? Number(digits) : Number.NaN;
  if (number < messages) return number;
  throw new Error(
    `expected the value of ${name} to be "${prefix}.NUMBER" with a number from 0 to ${messages - 1}, got ${shown(JSON.stringify(value) ?? "none")}`,
  );
}

function shown(text: string): string {
  if (text === "") return "an empty line";
  return text.length <= shownMax ? text : `${text.slice(0, shownMax)}…`;
}
