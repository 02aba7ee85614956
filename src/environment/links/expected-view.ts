import type { Toxic } from "../../scenario/faults.js";
import type { Seen } from "./probe.js";
import type { Stream } from "./toxiproxy.js";

/**
 * The view of a probe if a fault is in force. Each expectation was measured with Toxiproxy 2.12 and
 * Kafka 4.1 in both streams; `test/broker/environment/links/probe.test.ts` measures it again.
 */
export interface Expectation {
  /** How long the probe must wait, in milliseconds. */
  readonly lookMs: number;
  /**
   * Whether the observation shows the fault. False rules the fault out; null proves nothing,
   * because the probe was too short or another fault was in force. An answer rules out any fault
   * that would prevent it, and so does a connection that something in front of the proxy accepted:
   * see `isAnsweredFor`.
   *
   * @param isAlone whether no other fault is in force that could have closed the connection.
   */
  shows(seen: Seen, isAlone: boolean): boolean | null;
}

/**
 * Whether an observation proves that something in front of the proxy, such as Docker's userland
 * proxy, accepts connections in its name: the connection ended instead of being refused, or was
 * closed in order instead of being reset. If such a forwarder has not read everything that it
 * received, the kernel resets the connection instead.
 */
export function isAnsweredFor(seen: Seen, toxic: Toxic | "down"): boolean {
  if (toxic === "down") return seen.kind === "closed" || seen.kind === "reset";
  return toxic.type === "reset_peer" && seen.kind === "closed";
}

/** Longer than a healthy broker on a busy machine takes to answer. */
const silenceMs = 100;
/**
 * A shorter delay could be a healthy answer, which takes 2 ms, or up to 11 ms from a cold broker.
 */
const tellableMs = 20;
/** How long a probe waits beyond the moment at which the fault should have become visible. */
const graceMs = 1000;

/**
 * Returns what to expect, or null for a fault that a probe cannot see. If a fault swallows or
 * closes in both directions, a probe sees only the first one: a request that never arrives has no
 * answer to observe.
 */
export function expectationOf(toxic: Toxic | "down", stream: Stream | "both"): Expectation | null {
  if (toxic === "down") return refusal;
  switch (toxic.type) {
    case "latency": {
      // The request and the answer are each delayed once.
      const ways = stream === "both" ? 2 : 1;
      return delay(ways * (toxic.latency - toxic.jitter), ways * (toxic.latency + toxic.jitter));
    }
    case "timeout":
      return toxic.timeout === 0 ? silence : close("closed", toxic.timeout);
    case "reset_peer":
      return close("reset", toxic.timeout);
    case "bandwidth":
      // At rate 0 Toxiproxy splits the data into empty pieces, and never finishes.
      if (toxic.rate === 0) return silence;
      // The request of 28 bytes passes instantly at any rate; the answer of Kafka 4.1 is 452 bytes.
      return stream === "upstream" ? null : throttle(toxic.rate);
    case "slicer":
    case "slow_close":
    case "limit_data":
      return null;
  }
}

/** A disabled proxy does not listen. */
const refusal: Expectation = {
  lookMs: graceMs,
  shows(seen, isAlone) {
    if (seen.kind === "refused") return true;
    return isAlone && isAnsweredFor(seen, "down") ? false : ruledOutBy(seen);
  },
};

/** A black hole: the dial succeeds, but nothing comes back. */
const silence: Expectation = {
  lookMs: 3 * silenceMs,
  shows: (seen) => (seen.kind === "silence" && seen.forMs >= silenceMs ? true : ruledOutBy(seen)),
};

/** Expects an answer between `earliestMs` and `latestMs`, plus the broker's own time. */
function delay(earliestMs: number, latestMs: number): Expectation | null {
  if (earliestMs < tellableMs) return null;
  return {
    lookMs: latestMs + graceMs,
    shows(seen) {
      if (seen.kind === "answered") return seen.afterMs >= earliestMs;
      return isWaiting(seen);
    },
  };
}

/** Expects the connection to end in this way, after at least `timeoutMs`. */
function close(kind: "closed" | "reset", timeoutMs: number): Expectation {
  return {
    lookMs: timeoutMs + graceMs,
    shows(seen, isAlone) {
      if (seen.kind === kind && seen.afterMs >= timeoutMs) return true;
      if (kind === "reset" && isAlone && seen.kind === "closed") return false;
      return ruledOutBy(seen) ?? isWaiting(seen);
    },
  };
}

/** Expects an answer of n bytes to take n / rate; `rateKb` is in thousands of bytes a second. */
function throttle(rateKb: number): Expectation {
  return {
    lookMs: 1000 / rateKb + graceMs,
    shows(seen) {
      if (seen.kind !== "answered") return null;
      const earliestMs = seen.bytes / rateKb;
      return earliestMs < tellableMs ? null : seen.afterMs >= earliestMs;
    },
  };
}

function ruledOutBy(seen: Seen): false | null {
  return seen.kind === "answered" ? false : null;
}

/**
 * Whether silence shows a fault. It does if the probe was cut short before the fault's time was up,
 * because a healthy broker would have answered. Silence until the end of the probe exceeds what
 * this fault does, and proves nothing.
 */
function isWaiting(seen: Seen): true | null {
  return seen.kind === "silence" && seen.cutShort && seen.forMs >= silenceMs ? true : null;
}
