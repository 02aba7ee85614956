import { tickMs } from "./box/format.js";
import { EvidenceError } from "./record/evidence-error.js";
import type { BoxReading } from "./box/read-box.js";

export interface SendTime {
  /** Milliseconds since 1970. */
  at: number;
  /** The number below which every message had been sent by then. */
  next: number;
}

/** No run lasts longer: a scenario may send for at most an hour. */
const longestRunMs = 24 * 3600 * 1000;

/**
 * Returns how far a producer's life had sent at which time, recorded every 100 ms and at the end.
 *
 * @throws EvidenceError if the times cannot belong to this run, or if the numbers decrease.
 */
export async function sendTimesOf(box: BoxReading<"producer">, startedAt: number): Promise<SendTime[]> {
  const since = box.counter("sendingSince");
  if (since === 0) return [];
  const last = { at: box.counter("sendingUntil"), next: box.counter("next") };
  if (Math.max(since, last.at) > startedAt + longestRunMs) {
    throw new EvidenceError(
      "lives-continue",
      `${box.path}: it claims to have sent more than a day after the run began`,
    );
  }
  const ticks = await box.ticks();
  const written = Math.min(box.counter("ticks"), ticks.length);
  const times: SendTime[] = [];
  let next = box.description.firstNumber;
  for (let tick = 0; tick < written; tick++) {
    const then = ticks[tick]!;
    if (!Number.isInteger(then) || then < next || then > last.next) {
      throw new EvidenceError(
        "lives-continue",
        `${box.path}: it claims to have sent below ${then} after it had sent below ${next}`,
      );
    }
    next = then;
    times.push({ at: since + tick * tickMs, next });
  }
  return [...times, last];
}
