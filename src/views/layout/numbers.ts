/** Numbers as people read them: thousands apart, a unit behind, and never a false 0 or 100 %. */

const wholes = new Intl.NumberFormat("en-US", { maximumFractionDigits: 0 });
const tenths = new Intl.NumberFormat("en-US", { maximumFractionDigits: 1 });

/** What stands where there is no number. */
export const noNumber = "–";

export function formatCount(count: number): string {
  return Number.isFinite(count) ? wholes.format(count) : noNumber;
}

/** `1 message`, `2,000 messages`. */
export function formatMessages(count: number): string {
  return `${formatCount(count)} ${count === 1 ? "message" : "messages"}`;
}

export function formatPerSecond(perSecond: number): string {
  return Number.isFinite(perSecond) ? `${(perSecond < 100 ? tenths : wholes).format(perSecond)}/s` : noNumber;
}

/** A length of time that was measured: `0.4 ms`, `850 ms`, `12.35 s`. */
export function formatMs(ms: number): string {
  if (!Number.isFinite(ms)) return noNumber;
  if (Math.abs(ms) < 10) return `${tenths.format(ms)} ms`;
  return Math.abs(ms) < 1000 ? `${wholes.format(ms)} ms` : formatSeconds(ms, 2);
}

/** A length of time that was planned, exact to the millisecond: `500 ms`, `2.5 s`. */
export function formatSpan(ms: number): string {
  return ms > 0 && ms < 1000 ? `${Math.round(ms)} ms` : `${Number((ms / 1000).toFixed(3))} s`;
}

/** A moment of a run: `3.002 s` after the producers began. */
export function formatMoment(ms: number | null): string {
  return ms === null ? noNumber : formatSeconds(ms, 3);
}

/** The clock of a run that goes on: `12.3 s`. */
export function formatClock(ms: number): string {
  return formatSeconds(ms, 1);
}

/** Two decimals; what is not quite nothing or not quite everything says so. */
export function formatPercent(ratio: number): string {
  if (!Number.isFinite(ratio)) return noNumber;
  if (ratio > 0 && ratio < 0.0001) return "under 0.01 %";
  if (ratio < 1 && ratio > 0.9999) return "over 99.99 %";
  return `${(ratio * 100).toFixed(2)} %`;
}

function formatSeconds(ms: number, decimals: number): string {
  return Number.isFinite(ms) ? `${(ms / 1000).toFixed(decimals)} s` : noNumber;
}
