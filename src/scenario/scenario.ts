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
    /** Who has to have a record before a send resolves: nobody, the leader, every replica in sync. */
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

/**
 * A whole number, 0 or more.
 *
 * @asType integer
 * @minimum 0
 * @maximum 9007199254740991
 */
export type Whole = number;

/**
 * A whole number, 1 or more.
 *
 * @asType integer
 * @minimum 1
 * @maximum 9007199254740991
 */
export type Count = number;

/**
 * A number of messages of one scenario.
 *
 * @asType integer
 * @minimum 1
 * @maximum 1000000000
 */
export type MessageCount = number;

/**
 * A number of workers of one role.
 *
 * @asType integer
 * @minimum 1
 * @maximum 64
 */
export type WorkerCount = number;

/**
 * Which worker of its role, from 0.
 *
 * @asType integer
 * @minimum 0
 * @maximum 63
 */
export type WorkerIndex = number;

/** @minimum 0 */
export type Milliseconds = number;

/** @minimum 0 */
export type Amount = number;

export const guarantees = ["at-most-once", "at-least-once", "effectively-once"] as const;

export type Guarantee = (typeof guarantees)[number];

export type Acks = 0 | 1 | "all";

export type Role = "producer" | "consumer";

export type Fault =
  | LinkFault
  | KillFault
  | PauseFault
  | StopFault
  | JoinFault
  | OversizeFault
  | BrokerFault
  | TopicFault
  | ResetOffsetsFault;

/** A toxic on a link, or the link's proxies disabled (`down`). */
export interface LinkFault extends Recurrence {
  kind: "link";
  on: `${Role}-link`;
  /** The one broker whose proxy it falls on; `undefined`: all of them. */
  broker: BrokerChoice | undefined;
  toxic: Toxic | "down";
  /** Which way the toxic works. A `down` cuts both. */
  stream: "upstream" | "downstream" | "both";
  trigger: Moment;
  /** How long the fault stays, in milliseconds; `undefined`: until the producers have ended. */
  for: Milliseconds | undefined;
}

/** What falls on one worker: the same worker each time, or one that the plan draws for each time. */
interface OnWorker extends Recurrence {
  role: Role;
  /** Index of the worker, from 0; `undefined`: the plan draws one. */
  worker: WorkerIndex | undefined;
}

/** SIGKILL of a worker. */
export interface KillFault extends OnWorker {
  kind: "kill";
  trigger: Moment | Place;
  /** Milliseconds from the kill to the start of the worker's next life; `undefined`: it stays dead. */
  restartAfter: Milliseconds | undefined;
}

/** SIGSTOP of a worker, and SIGCONT: it lives, and does nothing. */
export interface PauseFault extends OnWorker {
  kind: "pause";
  trigger: Moment | Place;
  /** Milliseconds from SIGSTOP to SIGCONT. */
  for: Milliseconds;
}

/** SIGTERM of a worker: it is asked to end, and does what it can. */
export interface StopFault extends OnWorker {
  kind: "stop";
  trigger: Moment;
  /** Milliseconds from the end to the start of the worker's next life; `undefined`: it stays ended. */
  restartAfter: Milliseconds | undefined;
}

/** A consumer more, which joins the group and leaves it: a rebalance each time. */
export interface JoinFault extends Recurrence {
  kind: "join";
  trigger: Moment;
  /** Milliseconds from its start to its orderly end. */
  for: Milliseconds;
}

/** A producer's next message is this large: a record above the broker's limit among good ones. */
export interface OversizeFault extends Recurrence {
  kind: "oversize";
  worker: WorkerIndex | undefined;
  trigger: Moment;
  /** Bytes of its value. */
  size: Whole;
}

/** What falls on a broker's process. */
export interface BrokerFault extends Recurrence {
  kind: "broker";
  /** `kill`: SIGKILL. `pause`: SIGSTOP, and SIGCONT when it heals. `stop`: SIGTERM, which moves its leaders first. */
  action: "kill" | "pause" | "stop";
  broker: BrokerChoice;
  trigger: Moment;
  /** Milliseconds until it is started (continued) again; `undefined`: when the producers have ended. */
  for: Milliseconds | undefined;
}

/** One broker: by its place from 0, or by what it is to a partition when the fault falls. */
export type BrokerChoice =
  | { kind: "index"; index: Whole }
  | { kind: "leader" | "follower"; partition: Whole };

/** What is done to the topic. */
export interface TopicFault extends Recurrence {
  kind: "topic";
  action: TopicAction;
  trigger: Moment;
}

export type TopicAction =
  /** Deletes records below an offset (`undefined`: the log's end), of one partition or (`undefined`) of all. */
  | { do: "delete-records"; partition: Whole | undefined; upTo: Whole | undefined }
  /** Sets `retention.ms`, until records have gone. */
  | { do: "retention"; ms: Milliseconds }
  /** Deletes the topic and creates it again, empty. */
  | { do: "recreate" }
  /** Gives the partition's leadership to another broker; the old one lives, and has no replica any more. */
  | { do: "move-leader"; partition: Whole }
  | { do: "add-partitions"; count: Count };

/** The group's consumers end, its positions are moved (`expired`: forgotten), and they start again. */
export interface ResetOffsetsFault extends Recurrence {
  kind: "reset-offsets";
  to: "latest" | "earliest" | "expired";
  trigger: Moment;
}

/**
 * @asType integer
 * @minimum 1
 * @maximum 1000000
 */
export type Occurrences = number;

export interface Recurrence {
  /** How often the fault falls. */
  times: Occurrences;
  /** Milliseconds from one start to the next; 0 where `times` is 1. */
  every: Milliseconds;
}

/** The moment of a fault. Time 0 is when the producers begin to send. */
export type Moment =
  | { kind: "at"; ms: Milliseconds }
  /** So many messages were sent (received, processed), all workers together. */
  | { kind: "after"; count: Count; of: "sent" | "received" | "processed" };

/** A place in a consumer's work: it stands still there until the fault has fallen. */
export type Place = Handling | CommitPlace;

/** The handler of message `message` (from 1) of a chunk of exactly `of` messages has begun. */
export interface Handling {
  kind: "handling";
  message: Count;
  of: Count;
}

/**
 * `before-commit`: a chunk's commit is the next thing. `in-commit`: it was given to the client, and is
 * not awaited. `after-commit`: it was acknowledged, and nothing came after it. `during-rebalance`: the
 * consumer was told that the group rebalances, and has not joined it again.
 */
export interface CommitPlace {
  kind: "before-commit" | "in-commit" | "after-commit" | "during-rebalance";
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
