import type { Fault } from "./faults.js";
import type { Amount, Count, MessageCount, Milliseconds, Whole, WorkerCount } from "./units.js";

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
  brokers: {
    count: 1 | 3;
    /** Settings of every broker, under Kafka's own names. */
    config: Settings;
  };
  topic: {
    partitions: Count;
    replicationFactor: Count;
    /** Settings of the topic, under Kafka's own names. */
    config: Settings;
  };
  producers: {
    /** A program and its arguments that send in place of lossbound's own producers; `undefined`: those do. */
    command?: readonly string[] | undefined;
    count: WorkerCount;
    /** Messages a second, all producers together. */
    rate: Amount;
    /** The rate is more than the client can send: that it is late is what the scenario wants. */
    overload?: true | undefined;
    /** Messages in all, all producers together. */
    messages: MessageCount;
    /** Bytes of one message's value, its header among them. */
    size: Whole;
    /** Which brokers must have a record before a send resolves: none, the leader, or every replica in sync. */
    acks: Acks;
    /** How often the client sends again what failed. At-most-once: 0. */
    retries: Whole;
    /** After so long the client asks for the leaders anew, in milliseconds. */
    metadataMaxAge: Milliseconds;
    /** After so long a request counts as unanswered, in milliseconds. */
    requestTimeout: Milliseconds;
  };
  consumers: {
    /** As for the producers. */
    command?: readonly string[] | undefined;
    count: WorkerCount;
    /** Messages a commit covers: the chunk. */
    commitEvery: Count;
    /** What the handler of one message takes, in milliseconds. */
    handle: Milliseconds;
    /** Where a partition without a valid committed offset is read from. */
    reset: "latest" | "earliest";
    /** After so long without a heartbeat the group goes on without a consumer, in milliseconds. */
    sessionTimeout: Milliseconds;
    /** Partitions whose chunks one consumer handles at the same time. */
    partitionsConsumedConcurrently: Count;
    /** How often the client asks again what failed: a commit, a fetch, a join. */
    retries: Whole;
    metadataMaxAge: Milliseconds;
    requestTimeout: Milliseconds;
  };
  faults: Fault[];
  /** How many of `faults` the plan draws, by the seed; `undefined`: all of them happen. */
  faultsDrawn: Count | undefined;
  /** The values that `lossbound sweep` runs it at; the first stands in its place. `undefined`: it has one of each. */
  sweep: Sweep | undefined;
  /** Which step of a sweep it is; `undefined` where it is none. */
  step: SweepStep | undefined;
  /** Trials that `lossbound run` makes of it; `undefined`: it runs once, and is no trial. */
  repeat: Count | undefined;
  /** What the bounds on losses were calibrated for; `undefined`: every trial has to keep them. */
  calibrated: Calibration | undefined;
  /** Which trial of several it is; `undefined` where it is none. */
  trial: Trial | undefined;
  /** What is claimed under `guarantee`. */
  expect: Expect;
  /** What is claimed under other guarantees, where the file says so. */
  expectUnder: { [G in Guarantee]?: Expect | undefined };
}

/** Settings under Kafka's own names. */
export interface Settings {
  readonly [name: string]: string;
}

/** What a sweep varies: the rate of the producers, messages a second; or what one commit covers, messages. */
export const swept = ["rate", "commitEvery"] as const;

export interface Sweep {
  of: (typeof swept)[number];
  /** Two or more, each once, in the order of the file. */
  values: readonly Amount[];
}

export interface SweepStep {
  /** Name of the scenario that is swept. */
  sweep: string;
  of: Sweep["of"];
  value: Amount;
  /** Which run at this value, from 1. */
  repeat: Count;
}

/** Bounds that come from trials, as `lossbound calibrate` writes them. */
export interface Calibration {
  /** How many trials they come from. */
  trials: Count;
  /** The share of trials that may lie outside each of them by chance alone, above 0 and below 1. */
  outside: Amount;
}

export interface Trial {
  /** Name of the scenario that is repeated. */
  of: string;
  /** Which trial, from 1. */
  number: Count;
  /** The seed from which those of all trials are derived. */
  firstSeed: Whole;
}

export const guarantees = ["at-most-once", "at-least-once", "effectively-once"] as const;

export type Guarantee = (typeof guarantees)[number];

export type Acks = 0 | 1 | "all";

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
  silentlyLost?: Bound | undefined;
  lostBy: { [C in Cause]?: Bound | undefined };
  duplicated: Bound;
  /** At most so many may be left with an indeterminate fate; without it none. It has no lower end. */
  indeterminate?: Bound | undefined;
  /** At most this many may be lost without a fault that explains it; none if it is not given. It has no lower end. */
  unexplained?: Bound | undefined;
}

export interface Bound {
  min: Limit | undefined;
  max: Limit | undefined;
  /** Both ends are those that the plan predicts. */
  predicted?: true;
  /** Both ends are what the faults reached in the run itself; `min` and `max` are not given. */
  exposed?: true;
}

/** A number of messages, or a share (0 to 1) of those that were sent. */
export type Limit = { kind: "count"; value: Whole } | { kind: "share"; value: Amount };
