import type { Socket } from "node:net";

import type { Acks } from "../scenario/scenario.js";
import type { Security } from "./security.js";

/**
 * The interface between lossbound and a Kafka client. A driver only translates; all decisions about
 * delivery are up to the workers. Offsets and partitions are numbers, times are in milliseconds.
 */
export interface Driver {
  readonly name: string;
  readonly version: string;
  producer(connection: Connection, options: ProducerOptions): ProducerClient;
  consumer(connection: Connection, options: ConsumerOptions): ConsumerClient;
  transactional(connection: Connection, options: TransactionalOptions): TransactionalClient;
  /**
   * @param over ends the wait for pending requests when it is aborted; requests after that, for the
   *   clean-up, have a few seconds each.
   */
  admin(connection: Connection, over?: AbortSignal): AdminClient;
  /**
   * Reads a topic from the start of its logs up to the given ends (exclusive), outside every group
   * under test. It skips aborted records, and waits for open transactions to end.
   */
  readLog(connection: Connection, order: LogReadingOrder): Promise<void>;
  /** Reads a topic as it grows, until the result is disposed. Resolves once reading has begun. */
  followLog(connection: Connection, order: LogFollowingOrder): Promise<LogFollowing>;
}

/** How a client reaches the brokers. */
export interface Connection {
  clientId: string;
  /** `host:port` of some brokers, as advertised. */
  bootstrap: readonly string[];
  /** Opens every socket of the client. */
  dial: Dial;
  security: Security | undefined;
  /**
   * Receives the client's log line by line, as evidence for errors (default: the client is silent).
   */
  log?: (line: string) => void;
}

/** Opens a socket for the `host:port` that the client asked for; the socket may lead elsewhere. */
export type Dial = (asked: { host: string; port: number; onConnect: () => void }) => Socket;

export interface ProducerOptions {
  acks: Acks;
  /** How often the client retries a failed send; 0 means never. */
  retries: number;
  /**
   * Whether the brokers drop duplicates. If so, retries must be at least 1, and a send must not
   * begin before the previous one has settled.
   */
  idempotent: boolean;
  /** Age after which the client refreshes its metadata. */
  metadataMaxAgeMs: number;
  /** Time after which a request counts as unanswered. */
  requestTimeoutMs: number;
}

export interface ProducerClient {
  connect(): Promise<void>;
  /**
   * Sends all records in one call. Resolves as the client's send does, which proves nothing about
   * the broker. Afterwards the client no longer reads the records and their values.
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
  /** The start position in a partition without a valid committed offset. */
  reset: "latest" | "earliest";
  sessionTimeoutMs: number;
  /** The number of partitions whose batches are handed over at the same time. */
  concurrency: number;
  /** How often the client retries a failed commit, fetch or join. */
  retries: number;
  /** Age after which the client refreshes its metadata. */
  metadataMaxAgeMs: number;
  /** Time after which a request counts as unanswered. */
  requestTimeoutMs: number;
}

export interface ConsumerClient {
  connect(): Promise<void>;
  /**
   * Joins the group and starts to hand over batches; it must be connected. From then on it recovers
   * from every failure by itself.
   */
  start(handlers: ConsumerHandlers): Promise<void>;
  /**
   * Asks the broker for the group's committed position in a partition; `undefined` if it has none.
   */
  position(partition: number): Promise<number | undefined>;
  /** Leaves the group after the current batches. Commits made after this call are not stored. */
  stop(): Promise<void>;
}

export interface ConsumerHandlers {
  onBatch(batch: Batch): Promise<void>;
  /**
   * The group is rebalancing until `onAssigned` is called. May be called several times in a row.
   */
  onRebalancing(): void;
  /** The group assigned these partitions to this member. */
  onAssigned(partitions: readonly number[]): void;
}

/** The records of one partition from one fetch. */
export interface Batch {
  readonly partition: number;
  /** The number of records; the methods below take their index, from 0. */
  readonly count: number;
  offsetOf(index: number): number;
  valueOf(index: number): Buffer | null;
  /**
   * Whether it may still be processed: it was fetched under the current membership, as far as this
   * member knows, and was not given up.
   */
  isCurrent(): boolean;
  /**
   * Commits `offset` as the next one to read. Returns true only if the coordinator acknowledged
   * exactly this offset, and the member has not rejoined the group since the batch was fetched.
   * Never throws: false means refused, failed or in doubt.
   */
  commit(offset: number): Promise<boolean>;
  /** Marks everything below `offset` as processed; the next fetch begins there. */
  advance(offset: number): void;
  /** Abandons the rest of the batch; the position is read from the broker again. */
  giveUp(): Promise<void>;
  /** Sends a heartbeat to the group if one is due. May throw while the group rebalances. */
  heartbeat(): Promise<void>;
  /**
   * Resolves when the group has answered a heartbeat that was sent after this call, or when the
   * batch is no longer current. Throws the error of the group or of the connection, or
   * LossboundError `DEADLINE` if neither arrives in time.
   */
  confirmMembership(): Promise<void>;
}

export interface TransactionalOptions {
  /** The transactional id. At most one client can commit under it at any time. */
  id: string;
  /** Time after which the broker aborts a transaction that the client has not ended. */
  timeoutMs: number;
  /** Time after which a request counts as unanswered. */
  requestTimeoutMs: number;
}

/** Writes in transactions, one at a time. If a method throws, the client must be discarded. */
export interface TransactionalClient {
  /**
   * Claims the id. Its previous holder can no longer commit, and its open transaction is aborted.
   */
  take(): Promise<void>;
  /** Begins a transaction; the broker learns of it with its first operation. */
  begin(): Promise<Transaction>;
  disconnect(): Promise<void>;
}

export interface Transaction {
  send(topic: string, records: OutgoingRecord[]): Promise<void>;
  /** Sets the group's position when the transaction commits. The group does not check the owner. */
  sendOffset(groupId: string, topic: string, partition: number, offset: number): Promise<void>;
  commit(): Promise<void>;
  abort(): Promise<void>;
}

export interface NewTopic {
  partitions: number;
  replicationFactor: number;
  /** Settings of the topic, under Kafka's names. */
  config?: Readonly<Record<string, string>>;
}

export interface TopicSetting {
  value: string;
  /** Whether the topic itself sets it, rather than the brokers or Kafka's defaults. */
  own: boolean;
}

/** Its methods throw LossboundError `ENVIRONMENT` if the cluster is unreachable or refuses. */
export interface AdminClient extends AsyncDisposable {
  connect(): Promise<void>;
  /** Returns the brokers with their advertised addresses. */
  describeBrokers(): Promise<{ id: number; address: string }[]>;
  /** Creates a topic, and resolves when the leaders of its partitions answer. */
  createTopic(topic: string, options: NewTopic): Promise<void>;
  deleteTopic(topic: string): Promise<void>;
  /** Replaces all settings of the topic itself with these, under Kafka's names. */
  configureTopic(topic: string, config: Readonly<Record<string, string>>): Promise<void>;
  /** Returns the effective settings of the topic, under Kafka's names. */
  topicSettings(topic: string): Promise<Map<string, TopicSetting>>;
  /**
   * Deletes the records below an offset, by partition. The offset must not exceed the log's end.
   */
  deleteRecords(topic: string, below: ReadonlyMap<number, number>): Promise<void>;
  /** @param total the new number of partitions. */
  addPartitions(topic: string, total: number): Promise<void>;
  /**
   * Moves a partition to these brokers, by id; the first one becomes the preferred leader. Returns
   * when the move has started; `isReassigned` tells when it is done.
   */
  reassign(topic: string, partition: number, brokers: readonly number[]): Promise<void>;
  /** Whether no reassignment of the topic's partitions is in progress. */
  isReassigned(topic: string): Promise<boolean>;
  /** Moves the group's positions, by partition. The group must have no member. */
  setPositions(group: string, topic: string, positions: ReadonlyMap<number, number>): Promise<void>;
  deleteGroup(group: string): Promise<void>;
  /** Returns the client ids of the group's members, sorted. */
  members(group: string): Promise<string[]>;
  /** Returns the group's committed offsets by partition; `null` for a partition without one. */
  positions(group: string, topic: string): Promise<Map<number, number | null>>;
  /** Returns the names of all topics and groups, sorted. */
  inventory(): Promise<{ topics: string[]; groups: string[] }>;
  /**
   * Returns the leader of each partition, according to the first broker that answers. The broker at
   * `notAsked` is left out, because it may be dead or out of date.
   */
  leaders(topic: string, notAsked?: string): Promise<PartitionLeadership[]>;
  /** Returns the start and end of each partition's log. */
  logEnds(topic: string): Promise<{ partition: number; start: number; end: number }[]>;
}

export interface LogReadingOrder {
  topic: string;
  /** A group only for this reader; it never commits. */
  groupId: string;
  /** The end offset (exclusive) by partition; partitions with nothing to read are left out. */
  ends: ReadonlyMap<number, number>;
  onRecord(partition: number, offset: number, value: Buffer | null): void;
  /** The longest time without a record, in milliseconds. */
  stallLimitMs: number;
  signal?: AbortSignal | undefined;
}

export interface LogFollowingOrder {
  topic: string;
  /** A group only for this reader; it never commits. */
  groupId: string;
  /**
   * The start offset by partition. Partitions that are missing here, or whose offset is outside the
   * log, are read from the start of the log.
   */
  from: ReadonlyMap<number, number>;
  onRecord(partition: number, offset: number, value: Buffer | null): void;
  /** Aborted when no time is left to join or leave the group in order. */
  signal: AbortSignal;
}

export interface LogFollowing extends AsyncDisposable {
  /** Resolves when it cannot continue by itself, because a broker or the topic is gone. */
  readonly ended: Promise<void>;
}

/** The leader and the replicas of a partition, as broker ids. */
export interface PartitionLeadership {
  partition: number;
  /** `null` while the partition has no leader. */
  leader: number | null;
  replicas: readonly number[];
  /** The in-sync replicas. */
  isr: readonly number[];
}
