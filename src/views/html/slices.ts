import type { Result, TimelineSecond } from "../../results/result.js";

/** A part of the sending as it is drawn: the messages that were sent in it, and what became of them. */
export interface Slice extends Omit<TimelineSecond, "second"> {
  /** Seconds since the producers began to send. */
  from: number;
  to: number;
}

/** Of less than this, in seconds, a rate is noise: when messages were sent is known to a tenth of a second. */
const shortestLast = 0.5;

/**
 * The seconds of the timeline, of which the last one ends where the sending ended: what is drawn as a rate
 * must not fall because a second was cut short. A last one that is too short for a rate goes with the one before.
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
  return [...slices.slice(0, -2), together(before, last)];
}

/** When the last message was sent, in seconds since the first could be; within the last second of the timeline. */
export function sendingUntil({
  timeline,
  messages,
  throughput,
}: Pick<Result, "timeline" | "messages" | "throughput">): number {
  const seconds = timeline.length;
  const { sentPerSecond } = throughput;
  // A span of no length has no rate: so short a run is drawn as a second.
  const until = sentPerSecond > 0 ? messages.sent / sentPerSecond : seconds;
  return Math.min(seconds, Math.max(until, seconds - 1 + shortest));
}

/** A slice has some length, whatever was rounded. */
const shortest = 0.001;

/** Messages a second. */
export function rateOf(count: number, { from, to }: Slice): number {
  return count / (to - from);
}

function together(one: Slice, next: Slice): Slice {
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
