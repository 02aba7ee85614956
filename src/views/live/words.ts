import { causes } from "../../scenario/scenario.js";
import { formatCount } from "../layout/numbers.js";
import type { LiveView, Phase } from "../../experiment/progress.js";

/** Texts shared by the live view on a terminal and its lines in a log. */

export function phaseInWords(phase: Phase): string {
  switch (phase) {
    case "starting":
      return "starting broker, proxy and workers";
    case "sending":
      return "sending";
    case "healing":
      // Only faults that keep messages from the log are healed; faults on consumers may still
      // occur.
      return "healing links and brokers, and waiting for the log to settle";
    case "draining":
      return "draining: the consumers read to the end of the log";
    case "scanning":
      return "scanning the log";
    case "judging":
      return "judging";
  }
}

/**
 * Counts the messages that were sent and that no handler has received. Only the log can tell which
 * are lost.
 */
export function inFlightOrLost({ sent, received }: LiveView): number {
  // The counters are read one after another, so `received` may be ahead of `sent`.
  return Math.max(0, sent - received);
}

/** Counts the messages that are proved to be lost, by cause. */
export function provedLost({ lostProved }: LiveView): { count: number; causes: string } {
  const took = causes.filter((cause) => (lostProved[cause] ?? 0) > 0);
  return {
    count: took.reduce((sum, cause) => sum + (lostProved[cause] ?? 0), 0),
    causes: took.map((cause) => `${cause} ${formatCount(lostProved[cause] ?? 0)}`).join(", "),
  };
}
