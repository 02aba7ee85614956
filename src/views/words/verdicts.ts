import type { Cause } from "../../scenario/scenario.js";
import type { Verdict } from "../../verdict/judge.js";
import type { Tone } from "../layout/colors.js";

/** Describes where a message of this cause died, for a reader who does not know the term yet. */
export function causeInWords(cause: Cause): string {
  switch (cause) {
    case "rejected":
      return "the client reported an error";
    case "client-buffer":
      return "never left the producer's process";
    case "in-transit":
      return "accepted by the client, but never in the log";
    case "refused":
      return "refused by the broker, which closed the connection";
    case "log":
      return "was in the log, but is no longer there";
    case "skipped":
      return "the group's position moved past it without a consumer's commit";
    case "after-commit":
      return "committed, but its handler never began";
    case "in-processing":
      return "committed, but its handler never ended";
  }
}

export function toneOf(verdict: Verdict): Tone {
  switch (verdict) {
    case "held":
      return "good";
    case "broken":
      return "bad";
    case "inconclusive":
      return "doubtful";
  }
}
