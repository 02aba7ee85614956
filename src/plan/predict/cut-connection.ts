import { formatSize } from "../../scenario/quantities.js";
import type { Scenario } from "../../scenario/scenario.js";
import type { LinkFault, Toxic } from "../../scenario/faults.js";
import { layOut } from "../layout.js";
import { sendsOf } from "../schedule.js";
import { rateOfEach, sendOf, sendingMsOf } from "./load.js";
import { type Prediction, predicted, unpredicted } from "./prediction.js";
import { type RequestNames, handshakeBytes, produceBytes } from "./request-bytes.js";

/** A client that waits so long between two sends has seen in between that its connection ended, in milliseconds. */
const seenMs = 100;

/** As long as what stands in its place in a run's names. */
const runMark = "xxxxxxxx";

/**
 * `limit_data` passes exactly so many bytes of each connection and ends it. So which requests survive follows
 * from their lengths, which follow from the schedule: the one that does not fit is lost whole, and the next
 * one goes out on a new connection, if the client has seen the end of the old one by then.
 */
export function predictCuts(scenario: Scenario, faults: readonly LinkFault[]): Prediction {
  const [fault] = faults;
  const { producers, topic } = scenario;
  const sendingMs = sendingMsOf(scenario);
  if (fault === undefined || faults.length > 1 || fault.times > 1) {
    return unpredicted("connections are cut more than once: what each had carried before is not known");
  }
  const fromTheStart = fault.trigger.kind === "at" && fault.trigger.ms === 0;
  if (!fromTheStart || (fault.for !== undefined && fault.for < sendingMs + 1000)) {
    return unpredicted(
      "the cutting does not last from the start (at: 0s, without for): what a connection had carried before is not known",
    );
  }
  if (producers.metadataMaxAge < sendingMs + 10_000) {
    return unpredicted("the client asks for metadata meanwhile, on the connections that are cut");
  }
  const { bytes } = fault.toxic as Extract<Toxic, { type: "limit_data" }>;
  const lost = layOut(producers.messages, producers.count).messages.map((messages, producer) => {
    const names: RequestNames = {
      clientId: `lossbound-${runMark}-producer-${producer}-0`,
      topic: `lossbound-${scenario.name}-${runMark}`,
    };
    if (handshakeBytes(names) > bytes) return undefined;
    return lostOf([...sendsOf(messages, rateOfEach(scenario), producers.size)], bytes, {
      handshake: handshakeBytes(names),
      request: (count) =>
        produceBytes(names, { messages: count, partitions: topic.partitions, size: producers.size }),
    });
  });
  if (lost.includes(undefined))
    return unpredicted("a connection is cut before the client has found the topic");
  const min = lost.reduce<number>((sum, one) => sum + (one ?? 0), 0);
  const isSlow = rateOfEach(scenario) <= 1000 / seenMs;
  const max = Math.min(producers.messages, min + (isSlow ? 0 : sendOf(scenario)));
  return predicted({
    formula: "cut-connection",
    words:
      "each connection carries the requests that fit into its bytes; the one that does not is lost, " +
      (isSlow
        ? "and the client has seen the end before it sends the next"
        : "and up to one send more, where the client has not seen the end before it sends again"),
    inputs: {
      bytes: formatSize(bytes),
      "first request": formatSize(
        produceBytes(
          { clientId: `lossbound-${runMark}-producer-0-0`, topic: `lossbound-${scenario.name}-${runMark}` },
          { messages: 1, partitions: topic.partitions, size: producers.size },
        ),
      ),
    },
    lost: { min, max },
    lostBy: { "in-transit": { min, max } },
    resolution: max - min,
  });
}

/** Sends of so many messages, one after the other, over connections that each carry `limit` bytes. */
function lostOf(
  sends: readonly number[],
  limit: number,
  bytes: { handshake: number; request: (messages: number) => number },
): number {
  let left = limit - bytes.handshake;
  let lost = 0;
  for (const messages of sends) {
    // What has carried exactly its bytes has ended, and nothing was lost by that.
    if (left === 0) left = limit;
    left -= bytes.request(messages);
    if (left >= 0) continue;
    lost += messages;
    left = limit;
  }
  return lost;
}
