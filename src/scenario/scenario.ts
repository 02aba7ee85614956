/**
 * A scenario: what a scenario file says, after every default was filled in. Durations are
 * milliseconds, sizes bytes, rates messages a second. It knows neither Kafka nor time.
 */
export interface Scenario {
  /** The file's name without its ending. */
  name: string;
  /** The sentence on top of the file: what this scenario claims. Empty where there is none. */
  claim: string;
  guarantee: Guarantee;
  brokers: { count: 1 | 3 };
  topic: { partitions: number; replicationFactor: number };
  producers: {
    count: number;
    /** Messages a second, all producers together. */
    rate: number;
    /** Messages in all, all producers together. */
    messages: number;
    /** Bytes of one message's value, its header among them. */
    size: number;
  };
  consumers: {
    count: number;
    /** Messages a commit covers: the chunk. */
    commitEvery: number;
    /** What the handler of one message takes, in milliseconds. */
    handle: number;
    /** Where a partition without a valid committed offset is read from. */
    reset: "latest" | "earliest";
    /** After so long without a heartbeat the group goes on without a consumer, in milliseconds. */
    sessionTimeout: number;
    /** Partitions whose chunks one consumer handles at the same time. */
    partitionsConsumedConcurrently: number;
  };
  faults: Fault[];
  expect: Expect;
}

export type Guarantee = "at-most-once";

export type Role = "producer" | "consumer";

export type Fault = LinkFault | KillFault;

/** A toxic on a link, or the link's proxies disabled (`down`). */
export interface LinkFault extends Recurrence {
  kind: "link";
  on: `${Role}-link`;
  toxic: Toxic | "down";
  /** Which way the toxic works. A `down` cuts both. */
  stream: "upstream" | "downstream";
  trigger: Moment;
  /** How long the fault stays, in milliseconds; `undefined`: until the producers have ended. */
  for: number | undefined;
}

/** SIGKILL of a worker. */
export interface KillFault extends Recurrence {
  kind: "kill";
  role: Role;
  /** Index of the worker, from 0; `undefined`: the plan draws one. */
  worker: number | undefined;
  trigger: Moment | Handling;
  /** Milliseconds from the kill to the start of the worker's next life; `undefined`: it stays dead. */
  restartAfter: number | undefined;
}

export interface Recurrence {
  /** How often the fault falls. */
  times: number;
  /** Milliseconds from one start to the next; 0 where `times` is 1. */
  every: number;
}

/** The moment of a fault. Time 0 is when the producers begin to send. */
export type Moment =
  | { kind: "at"; ms: number }
  /** So many messages were sent (received, processed), all workers together. */
  | { kind: "after"; count: number; of: "sent" | "received" | "processed" };

/** The handler of message `message` (from 1) of a chunk of exactly `of` messages has begun. */
export interface Handling {
  kind: "handling";
  message: number;
  of: number;
}

/** A toxic under Toxiproxy's own names, its attributes in Toxiproxy's own units. */
export type Toxic =
  | { type: "latency"; latency: number; jitter: number }
  | { type: "bandwidth"; rate: number }
  | { type: "slow_close"; delay: number }
  | { type: "timeout"; timeout: number }
  | { type: "reset_peer"; timeout: number }
  | { type: "slicer"; average_size: number; size_variation: number; delay: number }
  | { type: "limit_data"; bytes: number };

/** The places where a message can die, in the order in which it passes them. */
export const causes = [
  "rejected",
  "client-buffer",
  "in-transit",
  "refused",
  "log",
  "skipped",
  "after-commit",
  "in-processing",
] as const;

export type Cause = (typeof causes)[number];

/** What a scenario claims. Every bound is inclusive. */
export interface Expect {
  lost: Bound;
  silentlyLost: Bound | undefined;
  lostBy: Partial<Record<Cause, Bound>>;
  duplicated: Bound;
}

export interface Bound {
  min: Limit | undefined;
  max: Limit | undefined;
}

/** A number of messages, or a share (0 to 1) of those that were sent. */
export type Limit = { kind: "count"; value: number } | { kind: "share"; value: number };
