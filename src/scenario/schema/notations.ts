/** How single values are written: each notation with the words for what it allows. */
import { type Field, leaf } from "./fields.js";
import { type Guess, quantityMeant, rateMeant, shareMeant } from "./meant.js";
import {
  bandwidths,
  durations,
  fineDurations,
  ratePattern,
  readRate,
  readShare,
  type Scale,
  sharePattern,
  sizes,
} from "../quantities.js";
import type { Limit } from "../scenario.js";

/** Whole milliseconds, at most 60m: `500ms`, `3s`, `1.5s`, `2m`. */
export type DurationWritten = `${number}${"ms" | "s" | "m"}`;

/** Whole microseconds, at most 1m: `100us`, `5ms`. */
export type FineDurationWritten = `${number}${"us" | "\u00b5s" | "\u03bcs" | "ms" | "s"}`;

/** Whole bytes: `200B`, `20KB` (1,000 bytes each), `1KiB` (1,024). */
export type SizeWritten = `${number}${"B" | "KB" | "KiB" | "MB" | "MiB"}`;

/** KB/s: `5KB/s`, `1MB/s`. */
export type BandwidthWritten = `${number}${"KB/s" | "MB/s"}`;

/** Messages a second, above 0: `2000/s`. */
export type RateWritten = `${number}/s`;

/** A percentage, 0 to 100: `2%`. */
export type ShareWritten = `${number}%`;

/** A number of messages, or a share of those that were sent. */
export type LimitWritten = number | ShareWritten;

export interface Range {
  min?: number;
  max: number;
}

/** Longest duration that a scenario may name. A run is watched or waited for; an hour is ample. */
export const durationMsMax = 3_600_000;

export function count(range: Range): Field<number, number> {
  const { min = 0, max } = range;
  return leaf({
    allowed: `a whole number from ${min} to ${max}`,
    editor: { type: "integer", minimum: min, maximum: max },
    read: (written) => within(range, wholeNumber(written)),
  });
}

/** In milliseconds. */
export function duration(range: Range = { max: durationMsMax }): Field<number, DurationWritten> {
  return onScale(durations, ["ms", "s"], "a duration such as 500ms or 3s", range);
}

/** In microseconds. */
export function fineDuration(): Field<number, FineDurationWritten> {
  return onScale(fineDurations, ["us", "ms"], "a duration such as 100us or 5ms", { max: 60_000_000 });
}

/** In bytes. */
export function size(range: Range): Field<number, SizeWritten> {
  return onScale(sizes, ["B", "KB"], "a size such as 200B or 10KB", range);
}

/** In bytes, where a plain number is understood as such, since Toxiproxy itself takes it so. */
export function bytes(range: Range): Field<number, number | SizeWritten> {
  const words = "a number of bytes, or a size such as 200B or 10KB";
  return onScale(sizes, ["B", "KB"], words, range, wholeNumber);
}

/** In KB/s, where a plain number is understood as such, since Toxiproxy itself takes it so. */
export function bandwidth(): Field<number, number | BandwidthWritten> {
  const words = "a bandwidth such as 5KB/s, or a number of KB/s";
  return onScale(bandwidths, ["KB/s"], words, { min: 1, max: 10_000_000 }, wholeNumber);
}

/** In messages a second. */
export function rate(perSecondMax: number): Field<number, RateWritten> {
  const read = (written: unknown) => within({ max: perSecondMax }, ofText(written, readRate));
  return leaf({
    allowed: `a rate above 0 such as 2000/s, at most ${perSecondMax}/s`,
    meant: allowedOnly(rateMeant, read),
    editor: { type: "string", pattern: ratePattern.source },
    read,
  });
}

/** One of a few names. `why` is added to what is allowed. */
export function oneOf<const N extends string | number>(names: readonly N[], why = ""): Field<N, N> {
  return leaf({
    allowed: (names.length === 1 ? "" : "one of ") + names.join(", ") + why,
    names: names.filter((name) => typeof name === "string"),
    editor: { enum: names },
    read: (written) => names.find((name) => name === written),
  });
}

/** A field that exists to say why it has only one value. */
export function only<const V extends number | boolean>(value: V, allowed: string): Field<V, V> {
  return leaf({
    allowed,
    editor: { const: value },
    read: (written) => (written === value ? value : undefined),
  });
}

/** A number of messages or a share of those that were sent. */
export function limit(allowed: string): Field<Limit, LimitWritten> {
  return leaf({
    allowed,
    meant: allowedOnly(shareMeant, (written) => ofText(written, readShare)),
    editor: {
      anyOf: [
        { type: "integer", minimum: 0 },
        { type: "string", pattern: sharePattern.source },
      ],
    },
    read: (written) => {
      const messages = within({ max: Number.MAX_SAFE_INTEGER }, wholeNumber(written));
      if (messages !== undefined) return { kind: "count", value: messages };
      const share = ofText(written, readShare);
      return share === undefined ? undefined : { kind: "share", value: share };
    },
  });
}

/** A chance above 0 and below 1, as a percentage. */
export function chance(): Field<number, ShareWritten> {
  return leaf({
    allowed: "a percentage such as 1% or 0.1%, above 0% and below 100%",
    editor: { type: "string", pattern: sharePattern.source },
    read: (written) => {
      const share = ofText(written, readShare);
      return share !== undefined && share > 0 && share < 1 ? share : undefined;
    },
  });
}

/** @param usual the units to offer where none was written. */
function onScale<W>(
  scale: Scale,
  usual: readonly string[],
  words: string,
  range: Range,
  plain: (written: unknown) => number | undefined = () => undefined,
): Field<number, W> {
  const text = { type: "string", pattern: scale.pattern.source };
  // Without a lower end there is nothing to say about it: no quantity is below 0.
  const lower = range.min === undefined ? "at most" : `from ${scale.write(range.min)} to`;
  const read = (written: unknown) => within(range, plain(written) ?? ofText(written, scale.read));
  return leaf({
    allowed: `${words}, ${lower} ${scale.write(range.max)}`,
    meant: allowedOnly(quantityMeant(scale, usual), read),
    editor: plain(0) === undefined ? text : { anyOf: [{ type: "integer", minimum: 0 }, text] },
    read,
  });
}

/** What nobody may write cannot have been meant. */
function allowedOnly(guess: Guess, read: (written: unknown) => unknown): Guess {
  return (written) => guess(written).filter((each) => read(each) !== undefined);
}

function wholeNumber(written: unknown): number | undefined {
  // Plus 0, since YAML has a -0, which is no number of anything.
  return Number.isSafeInteger(written) ? (written as number) + 0 : undefined;
}

function ofText(written: unknown, read: (text: string) => number | undefined): number | undefined {
  return typeof written === "string" ? read(written) : undefined;
}

function within({ min = 0, max }: Range, value: number | undefined): number | undefined {
  return value !== undefined && value >= min && value <= max ? value : undefined;
}
