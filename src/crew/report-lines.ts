import { isMap } from "../scenario/schema/fields.js";

/**
 * What a command says on its standard output, a line of JSON each: the protocol of Kafka's own verifiable
 * clients. Lines under other names are the command's own business.
 */
export type ProducerLine =
  | { name: "startup_complete" }
  /** The client says that the message is done with; `number` is its place among those of this life. */
  | { name: "producer_send_success"; number: number }
  /** The client says that it gave the message up. */
  | { name: "producer_send_error"; number: number }
  | { name: "other" };

export type ConsumerLine =
  | { name: "startup_complete" }
  | { name: "partitions_assigned" | "partitions_revoked"; partitions: number[] }
  /** It was given this record, and has dealt with it. */
  | { name: "record_data"; value: string; partition: number; offset: number }
  /** It was given so many records. */
  | { name: "records_consumed"; count: number }
  /** It has committed these offsets as the next ones, or tried to. */
  | { name: "offsets_committed"; success: boolean; offsets: { partition: number; offset: number }[] }
  | { name: "other" };

const shownMax = 120;

/**
 * Reads one whole line of a producer.
 *
 * @param prefix what the value of each message begins with, before a dot and its number.
 * @param messages how many there are: the numbers go from 0 to below that.
 * @throws Error with what was found and what is allowed.
 */
export function readProducerLine(text: string, prefix: string, messages: number): ProducerLine {
  const { line, name } = parse(text);
  if (name === "startup_complete") return { name };
  if (name === "producer_send_success" || name === "producer_send_error")
    return { name, number: numberOf(line["value"], { name, prefix, messages }) };
  return { name: "other" };
}

/**
 * Reads one whole line of a consumer. What it says of other topics is left out.
 *
 * @throws Error with what was found and what is allowed.
 */
export function readConsumerLine(text: string, topic: string): ConsumerLine {
  const { line, name } = parse(text);
  const isOurs = (entry: unknown): entry is Record<string, unknown> =>
    isMap(entry) && entry["topic"] === topic;
  const listOf = (key: string): Record<string, unknown>[] => {
    const entries = line[key];
    if (!Array.isArray(entries)) throw wrong(`${name} without a list of ${key}`, text);
    return entries.filter(isOurs);
  };
  const wholeOf = (entry: Record<string, unknown>, key: string): number => {
    const value = entry[key];
    if (Number.isSafeInteger(value) && (value as number) >= 0) return value as number;
    throw wrong(`${name} without a ${key} that is a whole number`, text);
  };
  switch (name) {
    case "startup_complete":
      return { name };
    case "partitions_assigned":
    case "partitions_revoked":
      return { name, partitions: listOf("partitions").map((entry) => wholeOf(entry, "partition")) };
    case "record_data": {
      if (!isOurs(line)) return { name: "other" };
      const { value } = line;
      if (typeof value !== "string") throw wrong("record_data without a value that is a text", text);
      return { name, value, partition: wholeOf(line, "partition"), offset: wholeOf(line, "offset") };
    }
    case "records_consumed":
      return { name, count: wholeOf(line, "count") };
    case "offsets_committed": {
      const { success } = line;
      if (typeof success !== "boolean") throw wrong("offsets_committed without success, true or false", text);
      const offsets = listOf("offsets").map((entry) => ({
        partition: wholeOf(entry, "partition"),
        offset: wholeOf(entry, "offset"),
      }));
      return { name, success, offsets };
    }
  }
  return { name: "other" };
}

function wrong(what: string, text: string): Error {
  return new Error(`found ${what}, in ${shown(text)}`);
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
    throw new Error(`found ${shown(text)}, allowed is a "name" that is a text`);
  }
  throw new Error(
    `found ${shown(text)}, allowed is one JSON object a line (anything else to standard error)`,
  );
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
    `found a ${name} of the value ${shown(JSON.stringify(value) ?? "nothing")}, allowed is "${prefix}.NUMBER" with a number from 0 to ${messages - 1}`,
  );
}

function shown(text: string): string {
  return text.length <= shownMax ? text : `${text.slice(0, shownMax)}…`;
}
