import type { BoxDescription } from "../ledger/box/format.js";
import type { Route } from "../kafka/dial/dial.js";
import type { Guarantee, Scenario } from "../scenario/scenario.js";
import type { Place } from "../scenario/faults.js";

/**
 * Everything that one life of a worker needs to know. It is a command line argument, so it holds no
 * secret.
 */
export type LifeOrder = ProducerOrder | ConsumerOrder;

interface AnyOrder {
  runId: string;
  topic: string;
  partitions: number;
  /** Identifies the life to the brokers: one client id per life. */
  clientId: string;
  bootstrap: readonly string[];
  routes: readonly Route[];
  /** Whether to read TLS and SASL settings from the environment. */
  secured: boolean;
  box: { path: string; description: BoxDescription };
  events: string;
  /**
   * Whether to write an event for each request on each connection, for tests that recompute a loss.
   */
  traceRequests: boolean;
}

export interface ProducerOrder extends AnyOrder {
  role: "producer";
  /** Messages per second of this producer. */
  rate: number;
  settings: Scenario["producers"];
  guarantee: Guarantee;
}

export interface ConsumerOrder extends AnyOrder {
  role: "consumer";
  groupId: string;
  guarantee: Guarantee;
  settings: Scenario["consumers"];
  /** The index of each producer's first bit, and its number of messages. */
  layout: { bases: readonly number[]; messages: readonly number[] };
  /** Whether a command sent the messages, which then have the command's own values. */
  commanded: boolean;
}

/** A command from the supervisor to a worker. */
export type Command =
  /** Start sending at this time (milliseconds since 1970). */
  | { kind: "go"; at: number }
  /** Stand still at this place, and mark `arm` in the black box. */
  | { kind: "arm"; arm: number; place: Place }
  /** Continue: the fault at the place of `arm` is done. */
  | { kind: "release"; arm: number }
  /** Give the next message that falls due a value of this many bytes. */
  | { kind: "oversize"; bytes: number }
  /** End in order. */
  | { kind: "end" };

/**
 * A report from a worker to the supervisor: it takes commands. A producer has connected by then, or
 * keeps trying. A consumer's joining is in its black box, like everything else.
 */
export type Report = { kind: "ready" };

/** Returns the topic for the effects of effectively-once handlers. */
export function outputTopicOf(topic: string): string {
  return `${topic}-output`;
}
