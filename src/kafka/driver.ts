import type { Socket } from "node:net";

import type { Acks } from "../scenario/scenario.js";
import type { Security } from "./security.js";

/**
 * What lossbound needs of a Kafka client. A driver translates; it decides nothing about delivery:
 * that is the workers' business. Offsets and partitions are numbers, times milliseconds.
 */
export interface Driver {
  readonly name: string;
  readonly version: string;
  producer(connection: Connection, options: ProducerOptions): ProducerClient;
  consumer(connection: Connection, options: ConsumerOptions): ConsumerClient;
  transactional(connection: Connection, options: TransactionalOptions): TransactionalClient;
  /**
   * @param over what is asked before this is aborted is waited for until then; what is asked afterwards, to
   *   clean up, has a few seconds.
   */
  admin(connection: Connection, over?: AbortSignal): AdminClient;
  /**
   * Reads a topic from the start of its logs up to below the given ends, outside every group under test.
   * What was aborted is left out, and what is in an open transaction is waited for.
   */
  readLog(connection: Connection, order: LogReadingOrder): Promise<void>;
  /** Reads a topic as it grows, until it is disposed. Resolves when it has begun. */
  followLog(connection: Connection, order: LogFollowingOrder): Promise<LogFollowing>;
}

/** How a client reaches the brokers. */
export interface Connection {
  clientId: string;
  /** `host:port`, as the brokers advertise themselves. */
  bootstrap: readonly string[];
  /** Opens every socket of the client. */
  dial: Dial;
  security: Security | undefined;
  /** Takes what the client logs, a line each: evidence for errors. Without it the client is silent. */
  log?: (line: string) => void;
}

/** Opens a socket to `host:port` as the client asked for it, wherever that leads in truth. */
export type Dial = (asked: { host: string; port: number; onConnect: () => void }) => Socket;

export interface ProducerOptions {
  acks: Acks;
  /** How often the client sends again what failed. 0: there is never a second send. */
  retries: number;
  /**
   * Whether the brokers drop what they are sent again. Then retries must be at least 1, and a send is
   * to begin when the one before it is settled.
   */
  idempotent: boolean;
  /** After so long it asks for the leaders anew. */
  metadataMaxAgeMs: number;
  /** After so long a request counts as unanswered. */
  requestTimeoutMs: number;
}

export interface ProducerClient {
  connect(): Promise<void>;
  /**
   * One send of all these records. Resolves as the client's send does: that proves nothing about the
   * broker, but from then on nobody reads the records and their values any more.
   */
  send(topic: string, records: OutgoingRecord[]): Promise<unknown>;
  disconnect(): Promise<void>;
}

export interface OutgoingRecord {
  value: Buffer;
  partition: number;
}

export interface ConsumerOptions {
  groupId: string;
  topic: string;
  /** Where a partition without a valid committed offset is read from. */
  reset: "latest" | "earliest";
  sessionTimeoutMs: number;
  /** Batches of so many partitions are handed over at the same time. */
  concurrency: number;
  /** How often the client asks again what failed: a commit, a fetch, a join. */
  retries: number;
  /** After so long it asks for the leaders anew. */
  metadataMaxAgeMs: number;
  /** After so long a request counts as unanswered. */
  requestTimeoutMs: number;
}

export interface ConsumerClient {
  connect(): Promise<void>;
  /**
   * Joins the group, once connected, and begins to hand over batches. From then on it comes back by
   * itself, whatever happens to it.
   */
  start(handlers: ConsumerHandlers): Promise<void>;
  /** The group's committed position in a partition, asked of the broker; `undefined` where it has none. */
  position(partition: number): Promise<number | undefined>;
  /** Leaves the group, after the batches in hand. What is committed from then on is not. */
  stop(): Promise<void>;
}

export interface ConsumerHandlers {
  onBatch(batch: Batch): Promise<void>;
  /** The group told this member that it rebalances; `onAssigned` ends that. It may be told several times. */
  onRebalancing(): void;
  /** The group gave this member these partitions. */
  onAssigned(partitions: readonly number[]): void;
}

/** What one fetch brought of one partition. */
export interface Batch {
  readonly partition: number;
  /** Records that it holds; the methods below take their places, from 0. */
  readonly count: number;
  offsetOf(place: number): number;
  valueOf(place: number): Buffer | null;
  /**
   * Whether it may still be worked on: fetched by the membership that holds now, as far as the group has
   * told, and not given up.
   */
  isCurrent(): boolean;
  /**
   * Commits `offset` as the next one to read. True only when the coordinator's acknowledgement of
   * this very offset was seen, and the group had not been joined again since the batch was fetched.
   * Never throws: false covers refused, failed and in doubt.
   */
  commit(offset: number): Promise<boolean>;
  /** Up to below `offset` everything is dealt with: the next fetch begins there. */
  advance(offset: number): void;
  /** Gives up what is left of the batch; the position is taken from the broker again. */
  giveUp(): Promise<void>;
  /** Tells the group that this member lives, when that is due. May throw when the group rebalances. */
  heartbeat(): Promise<void>;
  /**
   * Resolves when the group has answered a heartbeat that was sent after this call, or the batch is not
   * current any more. Throws what the group, or the way to it, says instead; LossboundError `DEADLINE`
   * where neither comes.
   */
  confirmMembership(): Promise<void>;
}

export interface TransactionalOptions {
  /** The transactional id: at any time at most one client can commit under it. */
  id: string;
  /** A transaction that nobody ends is ended by the broker after so long. */
  timeoutMs: number;
  /** After so long a request counts as unanswered. */
  requestTimeoutMs: number;
}

/** Writes in transactions, one at a time. Where a method throws, the client is to be given up. */
export interface TransactionalClient {
  /** Takes the id: whoever had it before can commit no more, and what he left open is over. */
  take(): Promise<void>;
  /** Begins a transaction; the broker hears of it with the first thing in it. */
  begin(): Promise<Transaction>;
  disconnect(): Promise<void>;
}

export interface Transaction {
  send(topic: string, records: OutgoingRecord[]): Promise<void>;
  /** The group's position, if and when the transaction commits. The group is not asked who owns the partition. */
  sendOffset(groupId: string, topic: string, partition: number, offset: number): Promise<void>;
  commit(): Promise<void>;
  abort(): Promise<void>;
}

export interface NewTopic {
  partitions: number;
  replicationFactor: number;
  /** Settings of its own, under Kafka's names. */
  config?: Readonly<Record<string, string>>;
}

export interface TopicSetting {
  value: string;
  /** Whether the topic sets it; else it is the brokers', or Kafka's own. */
  own: boolean;
}

/** Its methods throw LossboundError `ENVIRONMENT` where the cluster cannot be reached or refuses. */
export interface AdminClient extends AsyncDisposable {
  connect(): Promise<void>;
  /** The brokers under the addresses that they advertise. */
  describeBrokers(): Promise<{ id: number; address: string }[]>;
  /** Resolves when the leaders of its partitions answer. */
  createTopic(topic: string, options: NewTopic): Promise<void>;
  deleteTopic(topic: string): Promise<void>;
  /** Gives a topic these settings of its own, under Kafka's names, and no others. */
  configureTopic(topic: string, config: Readonly<Record<string, string>>): Promise<void>;
  /** What holds for the topic, under Kafka's names. */
  topicSettings(topic: string): Promise<Map<string, TopicSetting>>;
  /** Deletes the records below an offset, by partition. It may not be beyond the log's end. */
  deleteRecords(topic: string, below: ReadonlyMap<number, number>): Promise<void>;
  /** @param total how many partitions the topic is to have then. */
  addPartitions(topic: string, total: number): Promise<void>;
  /**
   * Gives a partition to these brokers, by id; the first of them is to lead it. Returns when that is under
   * way: `isReassigned` says when it is done.
   */
  reassign(topic: string, partition: number, brokers: readonly number[]): Promise<void>;
  /** Whether no partition of the topic is on its way from brokers to others. */
  isReassigned(topic: string): Promise<boolean>;
  /** Moves the group's positions, by partition. The group must have no member. */
  setPositions(group: string, topic: string, positions: ReadonlyMap<number, number>): Promise<void>;
  deleteGroup(group: string): Promise<void>;
  /** Client ids of the group's members, sorted. */
  members(group: string): Promise<string[]>;
  /** The group's committed offsets, by partition; `null` where it has none. */
  positions(group: string, topic: string): Promise<Map<number, number | null>>;
  /** Names of all topics and groups, sorted. */
  inventory(): Promise<{ topics: string[]; groups: string[] }>;
  /**
   * Who leads each partition of a topic, as the first broker says that answers; that is not the one at
   * `notAsked`, which may be dead or behind.
   */
  leaders(topic: string, notAsked?: string): Promise<PartitionLeadership[]>;
  /** Start and end of each partition's log. */
  logEnds(topic: string): Promise<{ partition: number; start: number; end: number }[]>;
}

export interface LogReadingOrder {
  topic: string;
  /** A group of the reader's own; it commits nothing. */
  groupId: string;
  /** The offset to read up to, by partition; partitions that have nothing to read are left out. */
  ends: ReadonlyMap<number, number>;
  onRecord(partition: number, offset: number, value: Buffer | null): void;
  /** Longest time without a record, in milliseconds. */
  stallLimitMs: number;
  signal?: AbortSignal | undefined;
}

export interface LogFollowingOrder {
  topic: string;
  /** A group of the reader's own; it commits nothing. */
  groupId: string;
  /** Where to begin, by partition; elsewhere at the start of the log, as where this lies outside it. */
  from: ReadonlyMap<number, number>;
  onRecord(partition: number, offset: number, value: Buffer | null): void;
  /** Aborted when there is no time any more to join or to leave in order. */
  signal: AbortSignal;
}

export interface LogFollowing extends AsyncDisposable {
  /** Resolves when it can read no further by itself: a broker is away, or the topic is. */
  readonly ended: Promise<void>;
}

/** Who leads a partition, and who has its replicas. Brokers are named by their ids. */
export interface PartitionLeadership {
  partition: number;
  /** `null` while it has none. */
  leader: number | null;
  replicas: readonly number[];
  /** Replicas that are in sync. */
  isr: readonly number[];
}
