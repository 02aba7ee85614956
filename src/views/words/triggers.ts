import type { Moment, Place } from "../../scenario/faults.js";
import { formatMessages, formatSpan } from "../layout/numbers.js";

/** When a fault falls, as people read it. */
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
      return `${again ? "when, for another time," : "when"} ${placeInWords(trigger)}`;
  }
}

function placeInWords(place: Place): string {
  switch (place.kind) {
    case "handling":
      return `the handler of message ${place.message} of a chunk of ${place.of} has begun`;
    case "before-commit":
      return "it is about to commit";
    case "in-commit":
      return "its commit is on the way";
    case "after-commit":
      return "it has just committed";
    case "during-rebalance":
      return "its group rebalances";
  }
}
