import { LossboundError } from "../base/errors.js";
import type { Layout } from "./layout.js";

/** Which message of a run: its producer, and its number there, both from 0. */
export interface MessageId {
  producer: number;
  number: number;
}

/** What a message is called wherever one is named: `0:1234`. */
export function messageName({ producer, number }: MessageId): string {
  return `${producer}:${number}`;
}

/**
 * Messages of one producer from one number to another, that one too: `0:1200-1299`, or every third of
 * them, `0:1200-1299/3`.
 */
export function rangeName(producer: number, from: number, to: number, step = 1): string {
  const name = messageName({ producer, number: from });
  if (from === to) return name;
  return `${name}-${to}${step === 1 ? "" : `/${step}`}`;
}

/**
 * Reads the name of a message. Where there is one producer, its number is enough.
 *
 * @throws LossboundError `USAGE` where it names none of the plan.
 */
export function readMessageName(written: string, { messages }: Layout): MessageId {
  const [, producer, number] = /^(?:([0-9]{1,15}):)?([0-9]{1,15})$/u.exec(written) ?? [];
  const id = { producer: Number(producer ?? 0), number: Number(number ?? Number.NaN) };
  const known = producer !== undefined || messages.length === 1;
  if (known && id.number < (messages[id.producer] ?? 0)) return id;
  const range = /^([0-9]+:)?[0-9]+-[0-9]+(\/[0-9]+)?$/u.test(written)
    ? "several messages"
    : "no message of this run";
  throw new LossboundError("USAGE", `${JSON.stringify(written)} names ${range}; ${allowed(messages)}`);
}

function allowed(messages: readonly number[]): string {
  const last = (producer: number) => messageName({ producer, number: messages[producer]! - 1 });
  const ranges = messages.flatMap((count, producer) =>
    count === 0 ? [] : [`${messageName({ producer, number: 0 })} to ${last(producer)}`],
  );
  const [first = "none", ...others] = ranges;
  const more = others.length > 3 ? [...others.slice(0, 2), "…", others.at(-1)!] : others;
  return `allowed is PRODUCER:NUMBER, here ${[first, ...more].join(", ")}`;
}
