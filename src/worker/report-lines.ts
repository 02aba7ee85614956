import { isMap } from "../scenario/fields.js";

/**
 * What a command says on its standard output, a line of JSON each: the protocol of Kafka's own verifiable
 * clients. Lines under other names are the command's own business.
 */
export type ReportLine =
  | { name: "startup_complete" }
  /** The client says that the message is done with; `number` is its place among those of this life. */
  | { name: "producer_send_success"; number: number }
  /** The client says that it gave the message up. */
  | { name: "producer_send_error"; number: number }
  | { name: "other" };

const shownMax = 120;

/**
 * Reads one whole line.
 *
 * @param prefix what the value of each message begins with, before a dot and its number.
 * @param messages how many there are: the numbers go from 0 to below that.
 * @throws Error with what was found and what is allowed.
 */
export function readReportLine(text: string, prefix: string, messages: number): ReportLine {
  const line = parse(text);
  const name = line["name"];
  if (typeof name !== "string") throw new Error(`found ${shown(text)}, allowed is a "name" that is a text`);
  if (name === "startup_complete") return { name };
  if (name === "producer_send_success" || name === "producer_send_error")
    return { name, number: numberOf(line["value"], { name, prefix, messages }) };
  return { name: "other" };
}

function parse(text: string): Record<string, unknown> {
  let line: unknown;
  try {
    line = JSON.parse(text);
  } catch {
    line = undefined;
  }
  if (isMap(line)) return line;
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
