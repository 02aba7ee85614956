import type { BoxDescription } from "../ledger/box/format.js";
import type { Route } from "../kafka/dial/dial.js";
import type { Guarantee, Scenario } from "../scenario/scenario.js";
import type { Place } from "../scenario/faults.js";

/** Everything one life of a worker needs to know. It travels as an argument, so it holds no secret. */
export type LifeOrder = ProducerOrder | ConsumerOrder;

interface AnyOrder {
  runId: string;
  topic: string;
  partitions: number;
  /** Names the life to the brokers: one client id a life. */
  clientId: string;
  bootstrap: readonly string[];
  routes: readonly Route[];
  /** Whether TLS and SASL settings are to be taken from the environment. */
  secured: boolean;
  box: { path: string; description: BoxDescription };
  events: string;
  /** Write an event for each request on each connection: for the tests that recompute a loss. */
  traceRequests: boolean;
}

export interface ProducerOrder extends AnyOrder {
  role: "producer";
  /** Messages a second of this one producer. */
  rate: number;
  settings: Scenario["producers"];
  guarantee: Guarantee;
}

export interface ConsumerOrder extends AnyOrder {
  role: "consumer";
  groupId: string;
  guarantee: Guarantee;
  settings: Scenario["consumers"];
  /** Where each producer's bits begin, and how many messages it has. */
  layout: { bases: readonly number[]; messages: readonly number[] };
  /** Whether a command has sent the messages: their values are its own. */
  commanded: boolean;
}

/** From the supervisor to a worker. */
export type Command =
  /** Begin to send at this moment (milliseconds since 1970). */
  | { kind: "go"; at: number }
  /** Stand still in this place, and mark `arm` in the black box. */
  | { kind: "arm"; arm: number; place: Place }
  /** What was to happen in the place of `arm` has happened: go on. */
  | { kind: "go-on"; arm: number }
  /** The next message that falls due is to have a value of so many bytes. */
  | { kind: "oversize"; bytes: number }
  /** Come to an orderly end. */
  | { kind: "end" };

/**
 * From a worker to the supervisor: it takes commands. (A producer has connected by then, or will go on
 * trying; a consumer's joining is in its black box, as everything else is.)
 */
export type Report = { kind: "ready" };

/** Where the effects of effectively-once handlers go. */
export function outputTopicOf(topic: string): string {
  return `${topic}-output`;
}
