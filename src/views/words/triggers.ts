import type { Moment, Place } from "../../scenario/faults.js";
import { formatMessages, formatSpan } from "../layout/numbers.js";

/** Describes when a fault occurs. */
export function triggerInWords(trigger: Moment | Place, again = false): string {
  switch (trigger.kind) {
    case "at":
      return `at ${formatSpan(trigger.ms)}`;
    case "after":
      return `after ${formatMessages(trigger.count)} ${trigger.count === 1 ? "was" : "were"} ${trigger.of}`;
    case "handling":
    case "before-commit":
    case "in-commit":
    case "after-commit":
    case "during-rebalance":
      return `${again ? "the next time" : "when"} ${placeInWords(trigger)}`;
  }
}

function placeInWords(place: Place): string {
  switch (place.kind) {
    case "handling":
      return `the handler of message ${place.message} of a chunk of ${place.of} has begun`;
    case "before-commit":
      return "it is about to commit";
    case "in-commit":
      return "its commit is in flight";
    case "after-commit":
      return "it has just committed";
    case "during-rebalance":
      return "its group is rebalancing";
  }
}
