/** Faults as data, after every default was filled in. Durations are milliseconds. */
import type { Role } from "./role.js";
import type { Count, Milliseconds, Occurrences, Whole, WorkerIndex } from "./units.js";

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
