import { createRequire } from "node:module";

import kafkajs, {
  type Admin,
  type EachBatchPayload,
  type KafkaConfig,
  type SASLOptions,
  type logCreator,
} from "kafkajs";

import { LossboundError, messageOf } from "../base/errors.js";
import { waitUntil, within } from "../base/wait.js";
import type {
  AdminClient,
  Batch,
  Connection,
  ConsumerClient,
  ConsumerOptions,
  Driver,
  LogReadingOrder,
  ProducerClient,
  ProducerOptions,
} from "./driver.js";
import { Membership } from "./membership.js";

/** The door to kafkajs. What is set here and why: see `facts` in docs/architecture.md. */
export const kafkajsDriver: Driver = {
  name: "kafkajs",
  version: (createRequire(import.meta.url)("kafkajs/package.json") as { version: string }).version,
  producer,
  consumer,
  admin,
  readLog,
};

const requestTimeoutMs = 30_000;

function clientOf(
  { clientId, bootstrap, dial, security, log }: Connection,
  more: Partial<KafkaConfig> = {},
): kafkajs.Kafka {
  return new kafkajs.Kafka({
    clientId,
    brokers: [...bootstrap],
    // TLS is the dial's business, so kafkajs is told nothing of it.
    socketFactory: dial,
    logLevel: log === undefined ? kafkajs.logLevel.NOTHING : kafkajs.logLevel.WARN,
    logCreator: fewLines(log),
    requestTimeout: requestTimeoutMs,
    ...(security?.sasl && { sasl: security.sasl as SASLOptions }),
    ...more,
  });
}

/** kafkajs logs each failure, hundreds a second under a fault: the first lines say it all. */
function fewLines(take: (line: string) => void = () => {}): logCreator {
  return () => {
    let left = 200;
    return ({ label, log }) => {
      if (left-- > 0) take(`${label} ${log.message} ${String(log["error"] ?? "")}`);
    };
  };
}

function producer(connection: Connection, { acks }: ProducerOptions): ProducerClient {
  const client = clientOf(connection).producer({
    // Never a second send. Set here and not on the client, where it would turn off reconnecting too.
    retry: { retries: 0 },
    allowAutoTopicCreation: false,
    createPartitioner: kafkajs.Partitioners.DefaultPartitioner,
  });
  return {
    connect: () => client.connect(),
    send: (topic, messages) => client.send({ topic, acks, messages }),
    disconnect: () => client.disconnect(),
  };
}

function consumer(connection: Connection, options: ConsumerOptions): ConsumerClient {
  const { groupId, topic, reset, sessionTimeoutMs, concurrency } = options;
  const kafka = clientOf(connection);
  const client = kafka.consumer({
    groupId,
    sessionTimeout: sessionTimeoutMs,
    heartbeatInterval: Math.floor(sessionTimeoutMs / 4),
    maxWaitTimeInMs: 250,
    allowAutoTopicCreation: false,
  });
  const positions = kafka.admin({ retry: { retries: 2 } });
  const membership = new Membership(requestTimeoutMs);
  /** The offset of the latest acknowledged commit, by partition. */
  const acknowledged = new Map<number, number>();

  client.on(client.events.GROUP_JOIN, () => membership.joined());
  client.on(client.events.FETCH_START, ({ payload }) =>
    membership.fetchBegan(String(payload.nodeId), Date.now()),
  );
  client.on(client.events.COMMIT_OFFSETS, ({ payload }) => {
    for (const { partitions } of payload.topics) {
      for (const { partition, offset } of partitions) acknowledged.set(partition, Number(offset));
    }
  });

  /** Reads the committed position of a partition from the broker and goes on from there. */
  const seekCommitted = async (partition: number): Promise<void> => {
    const joins = membership.joins;
    await positions.connect();
    const [answer] = await positions.fetchOffsets({ groupId, topics: [topic] });
    const committed = answer?.partitions.find((entry) => entry.partition === partition)?.offset;
    // Joined again in the meantime: kafkajs has forgotten its positions and asks for them itself.
    if (membership.joins !== joins) return;
    if (committed === undefined || Number(committed) < 0) {
      throw new LossboundError(
        "ENVIRONMENT",
        `partition ${partition} has no committed position to go on from`,
      );
    }
    client.seek({ topic, partition, offset: committed });
  };

  const batchOf = (payload: EachBatchPayload, joins: number): Batch => {
    const { partition, messages } = payload.batch;
    const current = (): boolean => payload.isRunning() && !payload.isStale() && membership.joins === joins;
    return {
      partition,
      count: messages.length,
      offsetOf: (place) => Number(messages[place]!.offset),
      valueOf: (place) => messages[place]!.value,
      isCurrent: current,
      commit: async (offset) => {
        acknowledged.delete(partition);
        try {
          await client.commitOffsets([{ topic, partition, offset: String(offset) }]);
        } catch {
          return false;
        }
        // kafkajs resolves without having committed while it stops: only the event is an acknowledgement.
        return acknowledged.get(partition) === offset && membership.joins === joins;
      },
      // After another join the positions are the new membership's: an old batch has no say in them.
      advance: (offset) => {
        if (membership.joins === joins) payload.resolveOffset(String(offset - 1));
      },
      giveUp: async () => {
        if (payload.isRunning() && membership.joins === joins) await seekCommitted(partition);
      },
      heartbeat: () => payload.heartbeat(),
    };
  };

  return {
    start: async (handlers) => {
      client.on(client.events.GROUP_JOIN, ({ payload }) =>
        handlers.onAssigned(payload.memberAssignment[topic] ?? []),
      );
      client.on(client.events.CRASH, ({ payload }) => {
        if (!payload.restart) handlers.onCrash(payload.error);
      });
      await client.connect();
      await client.subscribe({ topic, fromBeginning: reset === "earliest" });
      await client.run({
        autoCommit: false,
        eachBatchAutoResolve: false,
        partitionsConsumedConcurrently: concurrency,
        eachBatch: async (payload) => {
          const joins = membership.joinsWhenFetched();
          membership.batchBegan();
          try {
            await handlers.onBatch(batchOf(payload, joins));
          } finally {
            membership.batchEnded();
          }
        },
      });
    },
    stop: async () => {
      await client.stop();
      await client.disconnect();
      await positions.disconnect();
    },
  };
}

function admin(connection: Connection): AdminClient {
  const client = clientOf(connection, { requestTimeout: 10_000 }).admin();
  return {
    connect: () => asked(`reach a broker at ${connection.bootstrap.join(", ")}`, client.connect()),
    describeBrokers: async () => {
      const { brokers } = await asked("describe the cluster", client.describeCluster());
      return brokers.map(({ nodeId, host, port }) => ({ id: nodeId, address: `${host}:${port}` }));
    },
    createTopic: async (topic, { partitions, replicationFactor }) => {
      const order = {
        topics: [{ topic, numPartitions: partitions, replicationFactor }],
        waitForLeaders: true,
      };
      await asked(`create the topic ${topic}`, client.createTopics(order));
    },
    deleteTopic: (topic) => asked(`delete the topic ${topic}`, client.deleteTopics({ topics: [topic] })),
    commitStart: async (groupId, topic) => {
      const ends = await logEnds(client, topic);
      const offsets = new Map(ends.map(({ partition, end }) => [partition, end]));
      await asked(
        `commit the start of the group ${groupId}`,
        commitOnce(connection, groupId, topic, offsets),
      );
    },
    deleteGroup: async (groupId) => {
      await asked(`delete the group ${groupId}`, client.deleteGroups([groupId]));
    },
    positions: async (groupId, topic) => {
      const [answer] = await asked(
        `read the position of ${groupId}`,
        client.fetchOffsets({ groupId, topics: [topic] }),
      );
      const entries = answer?.partitions ?? [];
      return new Map(
        entries.map(({ partition, offset }) => [partition, Number(offset) < 0 ? null : Number(offset)]),
      );
    },
    inventory: async () => {
      const topics = await asked("list the topics", client.listTopics());
      const { groups } = await asked("list the groups", client.listGroups());
      return { topics: topics.toSorted(), groups: groups.map(({ groupId }) => groupId).toSorted() };
    },
    logEnds: (topic) => logEnds(client, topic),
    [Symbol.asyncDispose]: () => client.disconnect(),
  };
}

/** Says in our words what the cluster would not do. */
async function asked<T>(what: string, answer: Promise<T>): Promise<T> {
  try {
    return await answer;
  } catch (error) {
    if (error instanceof LossboundError) throw error;
    throw new LossboundError("ENVIRONMENT", `could not ${what}: ${messageOf(error)}`, { cause: error });
  }
}

/**
 * Commits offsets as a passing member of the group. (kafkajs's own `setOffsets` does the same, and
 * waits for the end of a fetch of five seconds.)
 */
async function commitOnce(
  connection: Connection,
  groupId: string,
  topic: string,
  offsets: ReadonlyMap<number, number>,
): Promise<void> {
  const client = clientOf(connection).consumer({
    groupId,
    maxWaitTimeInMs: 10,
    allowAutoTopicCreation: false,
  });
  try {
    await client.connect();
    await client.subscribe({ topic });
    const joined = new Promise<void>((resolve) => client.on(client.events.GROUP_JOIN, () => resolve()));
    await client.run({ autoCommit: false, eachBatchAutoResolve: false, eachBatch: async () => {} });
    await within(`a member to join ${groupId}`, joined, requestTimeoutMs);
    const entries = [...offsets].map(([partition, offset]) => ({ topic, partition, offset: String(offset) }));
    await client.commitOffsets(entries);
  } finally {
    await client.stop();
    await client.disconnect();
  }
}

async function logEnds(
  client: Admin,
  topic: string,
): Promise<{ partition: number; start: number; end: number }[]> {
  const offsets = await asked(`read the ends of ${topic}`, client.fetchTopicOffsets(topic));
  return offsets
    .map(({ partition, low, high }) => ({ partition, start: Number(low), end: Number(high) }))
    .toSorted((a, b) => a.partition - b.partition);
}

async function readLog(connection: Connection, order: LogReadingOrder): Promise<void> {
  const { topic, groupId, ends, stallLimitMs, signal } = order;
  if (ends.size === 0) return;
  const client = clientOf(connection).consumer({
    groupId,
    maxWaitTimeInMs: 100,
    allowAutoTopicCreation: false,
  });
  const reading = new LogReading(order);
  try {
    await within("the auditor to connect", client.connect(), stallLimitMs);
    await client.subscribe({ topic, fromBeginning: true });
    let fail: (error: unknown) => void = () => {};
    const failed = new Promise<never>((_, reject) => (fail = reject));
    failed.catch(() => {});
    client.on(client.events.CRASH, ({ payload }) => payload.restart || fail(payload.error));
    await client.run({
      autoCommit: false,
      eachBatch: async ({ batch }) => {
        try {
          reading.take(batch);
        } catch (error) {
          // kafkajs would try the batch again and again; what it holds stays what it is.
          fail(error);
        }
      },
    });
    let progress = reading.records;
    while (!reading.complete) {
      const moved = waitUntil(
        `the auditor to read ${reading.missing()}`,
        () => reading.complete || reading.records > progress,
        { limitMs: stallLimitMs, everyMs: 10, signal },
      );
      await Promise.race([moved, failed]);
      progress = reading.records;
    }
  } finally {
    await client.stop();
    await client.disconnect();
  }
}

/** Takes each record below the ends once, even where the client, after a trouble, begins anew. */
class LogReading {
  records = 0;
  readonly #order: LogReadingOrder;
  /** Where to go on, by partition. */
  readonly #next = new Map<number, number>();
  readonly #left: Map<number, number>;

  constructor(order: LogReadingOrder) {
    this.#order = order;
    this.#left = new Map(order.ends);
  }

  get complete(): boolean {
    return this.#left.size === 0;
  }

  missing(): string {
    return [...this.#left].map(([partition, end]) => `partition ${partition} up to offset ${end}`).join(", ");
  }

  take(batch: kafkajs.Batch): void {
    const { partition } = batch;
    const end = this.#order.ends.get(partition);
    if (end === undefined) return;
    let next = this.#next.get(partition) ?? 0;
    for (const { offset, value } of batch.messages) {
      if (Number(offset) < next || Number(offset) >= end) continue;
      this.#order.onRecord(partition, Number(offset), value);
      next = Number(offset) + 1;
      this.records++;
    }
    this.#next.set(partition, next);
    if (Number(batch.lastOffset()) + 1 >= end) this.#left.delete(partition);
  }
}
