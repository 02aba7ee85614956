import { formatDuration, formatRate } from "../../scenario/quantities.js";
import type { Scenario } from "../../scenario/scenario.js";
import type { LinkFault, OversizeFault, Toxic } from "../../scenario/faults.js";
import { edgeMs, loadOf, sendOf, sendingMsOf } from "./load.js";
import { type Prediction, predicted, times, unpredicted } from "./prediction.js";
import { recordOverhead, sendEveryMs } from "../schedule.js";

/** Above this the client takes milliseconds, the machine's own, to make the request: it sums its bytes up. */
const sizeBytesMax = 100_000;

/** Kafka's own limit of what is sent to a partition at once. */
const brokerBytesMax = 1_048_588;

/** The client has a new connection by then. */
const restMs = 200;

/**
 * The broker answers a request that holds too large a record by closing the connection. All of the request is
 * lost, and all that was written behind it until the client sees the connection end: on a link that takes L
 * to the broker, L later.
 */
export function predictOversized(
  scenario: Scenario,
  faults: readonly OversizeFault[],
  slowed: readonly LinkFault[],
): Prediction {
  const latencyMs = latencyOf(slowed);
  if (latencyMs === undefined) {
    return unpredicted(
      "what slows the link down is not one latency without jitter, upstream, at: 0s, to the end",
    );
  }
  if (faults.some(({ size }) => size > sizeBytesMax)) {
    return unpredicted(
      "a record of more than 100KB: how long the client takes to make its request is the machine's business",
    );
  }
  const { size, rate, count } = scenario.producers;
  const takenBytes = Number(scenario.topic.config["max.message.bytes"] ?? brokerBytesMax);
  if (sendOf(scenario) * (size + recordOverhead) > takenBytes) {
    return unpredicted("a send of messages that are not oversized may be more than the brokers take at once");
  }
  const moments = faults.flatMap(({ trigger, times: count, every }) =>
    Array.from({ length: count }, (_, occurrence) =>
      trigger.kind === "at"
        ? trigger.ms + occurrence * every
        : (trigger.count / scenario.producers.rate) * 1000 + occurrence * every,
    ),
  );
  const inOrder = [...moments.toSorted((a, b) => a - b), sendingMsOf(scenario)];
  if (inOrder.some((moment, place) => place > 0 && moment - inOrder[place - 1]! < latencyMs + restMs)) {
    return unpredicted("one record follows another, or the end of sending, before the link is well again");
  }
  // One producer's link alone breaks.
  const one = { producers: { ...scenario.producers, rate: rate / count, count: 1 } };
  const each = loadOf(one, latencyMs + sendEveryMs, latencyMs + sendEveryMs + edgeMs);
  const lost = times(each, moments.length);
  return predicted({
    formula: "oversized-record",
    words:
      "the request of each oversized record, and what was written behind it until the client saw its connection " +
      `end: rate × latency, and up to ${edgeMs} ms more`,
    inputs: {
      records: String(moments.length),
      rate: formatRate(rate / count),
      latency: formatDuration(latencyMs),
      edges: `0ms to ${edgeMs}ms`,
    },
    lost,
    lostBy: { refused: lost },
    resolution: moments.length * loadOf(one, 0, edgeMs).max,
  });
}

/** What the link takes to the broker in all of the run; `undefined` where that cannot be said. */
function latencyOf(slowed: readonly LinkFault[]): number | undefined {
  const [fault] = slowed;
  if (fault === undefined) return 0;
  if (slowed.length > 1 || fault.toxic === "down" || fault.toxic.type !== "latency") return undefined;
  const { latency, jitter } = fault.toxic as Extract<Toxic, { type: "latency" }>;
  const always = fault.trigger.kind === "at" && fault.trigger.ms === 0 && fault.for === undefined;
  return always && jitter === 0 && fault.stream === "upstream" ? latency : undefined;
}
