import type { Cause } from "../../scenario/scenario.js";
import type { Verdict } from "../../verdict/judge.js";
import type { Tone } from "../layout/colors.js";

/** Where a message of this cause died, for a person who meets the word for the first time. */
export function causeInWords(cause: Cause): string {
  switch (cause) {
    case "rejected":
      return "the client reported an error";
    case "client-buffer":
      return "never left the producer's process";
    case "in-transit":
      return "accepted by the client, never in the log";
    case "refused":
      return "reached the broker, which closed the connection instead";
    case "log":
      return "was in the log, and is there no more";
    case "skipped":
      return "the position moved past it, no consumer committed over it";
    case "after-commit":
      return "committed, its handler never began";
    case "in-processing":
      return "committed, its handler began and never ended";
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
