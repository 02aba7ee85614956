import { causes } from "../../scenario/scenario.js";
import { formatCount } from "../layout/numbers.js";
import type { LiveView, Phase } from "../../experiment/progress.js";

/** What the words of a live view have in common, on a terminal and off it. */

export function phaseInWords(phase: Phase): string {
  switch (phase) {
    case "starting":
      return "starting broker, proxy and workers";
    case "sending":
      return "sending";
    case "healing":
      // What falls on consumers may still fall: only what keeps messages from the log is taken away.
      return "healing links and brokers, until the log stands still";
    case "draining":
      return "draining: the consumers read on to the end of the log";
    case "scanning":
      return "scanning the log";
    case "judging":
      return "judging";
  }
}

/** Sent, and no handler began: on the way, or lost. Which of the two, only the log can tell. */
export function onTheWayOrLost({ sent, received }: LiveView): number {
  // The counters are read one after the other, so a message may be received before it was sent.
  return Math.max(0, sent - received);
}

/** Lost, and proved to be. */
export function provedLost({ lostProved }: LiveView): { count: number; causes: string } {
  const took = causes.filter((cause) => (lostProved[cause] ?? 0) > 0);
  return {
    count: took.reduce((sum, cause) => sum + (lostProved[cause] ?? 0), 0),
    causes: took.map((cause) => `${cause} ${formatCount(lostProved[cause] ?? 0)}`).join(", "),
  };
}
