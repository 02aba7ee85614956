import { tickMs } from "./box/format.js";
import { EvidenceError } from "./record/evidence-error.js";
import type { BoxReading } from "./box/read-box.js";

export interface SendTime {
  /** Milliseconds since 1970. */
  at: number;
  /** Below which number every message had been sent by then. */
  next: number;
}

/** No run sends for longer: a scenario's sending is limited to an hour. */
const longestRunMs = 24 * 3600 * 1000;

/**
 * When a life of a producer had sent how much, from what it wrote down each 100 ms, and at the end.
 *
 * @throws EvidenceError where these are no times of this run, or numbers that did not only grow.
 */
export async function sendTimesOf(box: BoxReading<"producer">, startedAt: number): Promise<SendTime[]> {
  const since = box.counter("sendingSince");
  if (since === 0) return [];
  const last = { at: box.counter("sendingUntil"), next: box.counter("next") };
  if (Math.max(since, last.at) > startedAt + longestRunMs) {
    throw new EvidenceError(
      "lives-continue",
      `${box.path} says that it sent more than a day after the run began`,
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
        `${box.path} says that it had sent below ${then} after it had sent below ${next}`,
      );
    }
    next = then;
    times.push({ at: since + tick * tickMs, next });
  }
  return [...times, last];
}
