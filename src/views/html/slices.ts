import type { Result, TimelineSecond } from "../../results/result.js";

/** A part of the sending as drawn in a chart: the messages sent in it, and what became of them. */
export interface Slice extends Omit<TimelineSecond, "second"> {
  /** Seconds since the producers started sending. */
  from: number;
  to: number;
}

/**
 * A rate over a shorter time, in seconds, is noise: send times are known to a tenth of a second.
 */
const shortestLast = 0.5;

/**
 * Returns the seconds of the timeline. The last one ends when the sending ended, so that a rate
 * does not drop just because its second was cut short. If it is too short, it is merged into the
 * one before.
 */
export function slicesOf(result: Pick<Result, "timeline" | "messages" | "throughput">): Slice[] {
  const slices = result.timeline.map(({ second, ...counts }) => ({
    from: second,
    to: second + 1,
    ...counts,
  }));
  const last = slices.at(-1);
  if (last === undefined) return [];
  last.to = sendingUntil(result);
  const before = slices.at(-2);
  if (before === undefined || last.to - last.from >= shortestLast) return slices;
  return [...slices.slice(0, -2), merge(before, last)];
}

/**
 * Returns when the last message was sent, in seconds since time 0; always within the timeline's
 * last second.
 */
export function sendingUntil({
  timeline,
  messages,
  throughput,
}: Pick<Result, "timeline" | "messages" | "throughput">): number {
  const seconds = timeline.length;
  const { sentPerSecond } = throughput;
  // A run without duration has no rate, and is drawn as one second.
  const until = sentPerSecond > 0 ? messages.sent / sentPerSecond : seconds;
  return Math.min(seconds, Math.max(until, seconds - 1 + shortest));
}

/** Smallest length of a slice in seconds, so that rounding never makes it empty. */
const shortest = 0.001;

/** Returns the messages per second. */
export function rateOf(count: number, { from, to }: Slice): number {
  return count / (to - from);
}

function merge(one: Slice, next: Slice): Slice {
  const lostBy = { ...one.lostBy };
  for (const [cause, count] of Object.entries(next.lostBy)) lostBy[cause as keyof typeof lostBy] += count;
  return {
    from: one.from,
    to: next.to,
    sent: one.sent + next.sent,
    processed: one.processed + next.processed,
    lostBy,
  };
}
