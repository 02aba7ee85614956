import { formatDuration } from "../../scenario/quantities.js";
import type { Scenario } from "../../scenario/scenario.js";
import type { ResetOffsetsFault } from "../../scenario/faults.js";
import { sendingMsOf } from "./load.js";
import { type Prediction, predicted, unpredicted } from "./prediction.js";

/** What passes from the moment that a count is reached until a consumer has heard of it, in milliseconds. */
const heardMs = 5;

/** The log has all messages by then, however slow the last of them was. */
const restMs = 300;

/**
 * A group that is set to the latest offset is moved past all that it has not processed. Its consumers end
 * first, each with the chunk that it has in hand.
 */
export function predictOffsetsReset(scenario: Scenario, faults: readonly ResetOffsetsFault[]): Prediction {
  const [fault] = faults;
  const { consumers, producers } = scenario;
  const { count, handle, commitEvery, partitionsConsumedConcurrently } = consumers;
  if (fault === undefined || faults.length > 1 || fault.times > 1) {
    return unpredicted("the group is moved more than once");
  }
  if (fault.to !== "latest") return unpredicted("only a group that is set to the latest offset loses by it");
  const { trigger } = fault;
  if (trigger.kind !== "after" || trigger.of !== "processed" || partitionsConsumedConcurrently > 1) {
    return unpredicted("how far the group has come by then is not known (after: { processed: N } says it)");
  }
  // The handlers take no less than this, so all messages have long been sent.
  const reachedMs = (trigger.count * handle) / count;
  if (reachedMs < sendingMsOf(scenario) + restMs) {
    return unpredicted("the group may be moved while messages are still being sent");
  }
  const inHand = count * (commitEvery + Math.ceil(heardMs / handle));
  // Whoever handled the last of them goes on with the chunk, or begins the next, before anybody has seen it.
  const max = Math.max(0, producers.messages - trigger.count - 1);
  const min = Math.max(0, producers.messages - trigger.count - inHand);
  return predicted({
    formula: "offsets-reset",
    words:
      "messages − processed − what the consumers still end: one message, to a chunk each and what is handled in 5 ms",
    inputs: {
      messages: String(producers.messages),
      processed: String(trigger.count),
      consumers: String(count),
      chunk: String(commitEvery),
      handler: formatDuration(handle),
    },
    lost: { min, max },
    lostBy: { skipped: { min, max } },
    resolution: count * commitEvery,
  });
}
