/** Formats numbers for people: with separators and units, and never with a wrong 0 or 100 %. */

const wholes = new Intl.NumberFormat("en-US", { maximumFractionDigits: 0 });
const tenths = new Intl.NumberFormat("en-US", { maximumFractionDigits: 1 });

/** Shown instead of a missing number. */
export const noNumber = "–";

export function formatCount(count: number): string {
  return Number.isFinite(count) ? wholes.format(count) : noNumber;
}

/** Formats a count of messages: `1 message`, `2,000 messages`. */
export function formatMessages(count: number): string {
  return `${formatCount(count)} ${count === 1 ? "message" : "messages"}`;
}

export function formatPerSecond(perSecond: number): string {
  return Number.isFinite(perSecond) ? `${(perSecond < 100 ? tenths : wholes).format(perSecond)}/s` : noNumber;
}

/** Formats a measured duration: `0.4 ms`, `850 ms`, `12.35 s`. */
export function formatMs(ms: number): string {
  if (!Number.isFinite(ms)) return noNumber;
  if (Math.abs(ms) < 10) return `${tenths.format(ms)} ms`;
  return Math.abs(ms) < 1000 ? `${wholes.format(ms)} ms` : formatSeconds(ms, 2);
}

/** Formats a planned duration, exact to the millisecond: `500 ms`, `2.5 s`. */
export function formatSpan(ms: number): string {
  return ms > 0 && ms < 1000 ? `${Math.round(ms)} ms` : `${Number((ms / 1000).toFixed(3))} s`;
}

/** Formats a moment of a run, as time since the producers started: `3.002 s`. */
export function formatMoment(ms: number | null): string {
  return ms === null ? noNumber : formatSeconds(ms, 3);
}

/** Formats the clock of a running scenario: `12.3 s`. */
export function formatClock(ms: number): string {
  return formatSeconds(ms, 1);
}

/**
 * Formats a ratio with two decimals; a value just above 0 or just below 1 is not rounded to 0 or
 * 100 %.
 */
export function formatPercent(ratio: number): string {
  if (!Number.isFinite(ratio)) return noNumber;
  if (ratio > 0 && ratio < 0.0001) return "under 0.01 %";
  if (ratio < 1 && ratio > 0.9999) return "over 99.99 %";
  return `${(ratio * 100).toFixed(2)} %`;
}

function formatSeconds(ms: number, decimals: number): string {
  return Number.isFinite(ms) ? `${(ms / 1000).toFixed(decimals)} s` : noNumber;
}
