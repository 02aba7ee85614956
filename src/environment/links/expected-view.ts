import type { Toxic } from "../../scenario/faults.js";
import type { Seen } from "./probe.js";
import type { Stream } from "./toxiproxy.js";

/**
 * What a probe sees of a fault that is in force. Each row was measured with Toxiproxy 2.12 and Kafka
 * 4.1, in both streams; `test/broker/environment/links/probe.test.ts` measures it again.
 */
export interface Expectation {
  /** How long the probe has to look, in milliseconds. */
  readonly lookMs: number;
  /**
   * Whether that shows the fault: false when it rules the fault out, null when it tells nothing (too
   * short a look, another fault at the same time). An answer rules any fault out, and so does a connection
   * that something in front of the proxy accepted: see `isAnsweredFor`.
   *
   * @param isAlone no other fault is in force that could have closed the connection.
   */
  shows(seen: Seen, isAlone: boolean): boolean | null;
}

/**
 * Whether a connection shows that something in front of the proxy accepts connections, as Docker's userland proxy
 * does: it ended where it should have been refused, or was closed in order where it should have been reset. Such a
 * forwarder resets a connection instead if it has not read all that it was sent.
 */
export function isAnsweredFor(seen: Seen, toxic: Toxic | "down"): boolean {
  if (toxic === "down") return seen.kind === "closed" || seen.kind === "reset";
  return toxic.type === "reset_peer" && seen.kind === "closed";
}

/** Longer than a healthy broker on a busy machine takes for its answer. */
const silenceMs = 100;
/** A delay below this cannot be told from a healthy answer: 2 ms, and up to 11 from a cold broker. */
const tellableMs = 20;
/** What a probe waits beyond the moment at which the fault should have shown. */
const graceMs = 1000;

/**
 * What to expect; null for a fault that a probe cannot see. Of a fault both ways that swallows or
 * closes, a probe sees the way that comes first: the answer to a request that never arrived is no
 * evidence.
 */
export function expectationOf(toxic: Toxic | "down", stream: Stream | "both"): Expectation | null {
  if (toxic === "down") return refusal;
  switch (toxic.type) {
    case "latency": {
      // Request and answer are held up once each.
      const ways = stream === "both" ? 2 : 1;
      return delay(ways * (toxic.latency - toxic.jitter), ways * (toxic.latency + toxic.jitter));
    }
    case "timeout":
      return toxic.timeout === 0 ? silence : close("closed", toxic.timeout);
    case "reset_peer":
      return close("reset", toxic.timeout);
    case "bandwidth":
      // At rate 0 Toxiproxy cuts what comes into pieces of nothing, and is never through.
      if (toxic.rate === 0) return silence;
      // The request is 28 bytes, through in no time at any rate; the answer 452, of Kafka 4.1.
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

/** A black hole: the dial succeeds, and nothing comes back. */
const silence: Expectation = {
  lookMs: 3 * silenceMs,
  shows: (seen) => (seen.kind === "silence" && seen.forMs >= silenceMs ? true : ruledOutBy(seen)),
};

/** An answer between `earliestMs` and `latestMs`; the broker's own time comes on top. */
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

/** The connection ends, in this way and no sooner than after `timeoutMs`. */
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

/** An answer of n bytes takes n / rate; `rateKb` is Toxiproxy's, thousands of bytes a second. */
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
 * Silence shows a fault whose time was not over when the probe was cut short: a healthy broker would
 * have answered. Silence to the end of the look is more than this fault does.
 */
function isWaiting(seen: Seen): true | null {
  return seen.kind === "silence" && seen.cutShort && seen.forMs >= silenceMs ? true : null;
}
