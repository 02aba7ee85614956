/**
 * Quantities as people write them, and back. Everything is exact: a quantity that is no whole number
 * of its smallest unit (`0.5ms`, `0.0001KB`) is not a quantity, rather than one silently rounded.
 */
import type { Limit } from "./scenario.js";

/** A family of units, each a whole multiple of the smallest, which stands first. */
export interface Scale {
  /** The smallest first. */
  units: readonly string[];
  /** What a quantity looks like, for editors. It knows no range. */
  pattern: RegExp;
  /** The quantity in the smallest unit; `undefined` where the text is none. */
  read(text: string): number | undefined;
  /** The shortest text that reads back as exactly this whole number of the smallest unit. */
  write(value: number): string;
}

/** In milliseconds. */
export const durations = scale({ ms: 1, s: 1_000, m: 60_000 });

/** In microseconds: Toxiproxy measures a slicer's delay so. µ has two code points, and both are met. */
export const fineDurations = scale({ us: 1, "\u00b5s": 1, "\u03bcs": 1, ms: 1_000, s: 1_000_000 });

/** In bytes. A KB is 1,000 of them, as in Toxiproxy; a KiB is 1,024. */
export const sizes = scale({ B: 1, KB: 1_000, KiB: 1_024, MB: 1_000_000, MiB: 1_048_576 });

/** In KB/s, the unit of Toxiproxy's `bandwidth`, which counts 1,000 bytes to a KB. */
export const bandwidths = scale({ "KB/s": 1, "MB/s": 1_000 });

export function formatDuration(milliseconds: number): string {
  return durations.write(milliseconds);
}

export function formatSize(bytes: number): string {
  return sizes.write(bytes);
}

export const ratePattern = /^[0-9]+(\.[0-9]+)?\/s$/;

/** Messages a second: the one quantity that may be a fraction (`0.5/s`), but not 0. */
export function readRate(text: string): number | undefined {
  const rate = ratePattern.test(text) ? Number(text.slice(0, -"/s".length)) : 0;
  return rate > 0 && Number.isFinite(rate) ? rate : undefined;
}

export function formatRate(perSecond: number): string {
  return `${perSecond}/s`;
}

export const sharePattern = /^[0-9]{1,3}(\.[0-9]{1,6})?%$/;

/** A share from 0 to 1, written as a percentage from 0 to 100. */
export function readShare(text: string): number | undefined {
  if (!sharePattern.test(text)) return undefined;
  const percent = Number(text.slice(0, -"%".length));
  return percent <= 100 ? percent / 100 : undefined;
}

/** Nine digits are all that `readShare` takes; the binary dust behind them is swept away. */
export function formatShare(share: number): string {
  return `${Number((share * 100).toFixed(6))}%`;
}

export function formatLimit(limit: Limit): string {
  switch (limit.kind) {
    case "count":
      return String(limit.value);
    case "share":
      return formatShare(limit.value);
  }
}

function scale(units: Record<string, number>): Scale {
  const names = Object.keys(units);
  const pattern = new RegExp(`^([0-9]{1,15})(?:\\.([0-9]{1,6}))?(${names.join("|")})$`);
  return {
    units: names,
    pattern,
    read(text) {
      const [, whole = "", fraction = "", unit = ""] = pattern.exec(text) ?? [];
      const factor = units[unit];
      if (factor === undefined) return undefined;
      // Decimal digits times a whole factor: in integers, since 1.005 * 1000 is not 1005 in doubles.
      const scaled = BigInt(whole + fraction) * BigInt(factor);
      const divisor = 10n ** BigInt(fraction.length);
      const value = Number(scaled / divisor);
      return scaled % divisor === 0n && Number.isSafeInteger(value) ? value : undefined;
    },
    write(value) {
      const fitting = names.filter((name) => value !== 0 && value % (units[name] ?? 1) === 0);
      const texts = fitting.map((name) => `${value / (units[name] ?? 1)}${name}`);
      return texts.reduce((best, text) => (text.length < best.length ? text : best), `${value}${names[0]}`);
    },
  };
}
