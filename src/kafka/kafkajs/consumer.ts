import { LossboundError } from "../../base/errors.js";
import { pause, waitUntil } from "../../base/wait.js";
import type { Batch, Connection, ConsumerClient, ConsumerOptions } from "../driver.js";
import { type EachBatchPayload, clientOf, endConsumer } from "./client.js";
import { Membership } from "./membership.js";

const runAgainAfterMs = 300;

/** Creates a member of a consumer group with kafkajs. */
export function consumer(connection: Connection, options: ConsumerOptions): ConsumerClient {
  const { groupId, topic, reset, sessionTimeoutMs, concurrency, requestTimeoutMs } = options;
  const kafka = clientOf(connection, { requestTimeout: requestTimeoutMs });
  // Frequent, because a member learns only by its next heartbeat that another one wants to join.
  const heartbeatIntervalMs = Math.min(Math.floor(sessionTimeoutMs / 4), 250);
  const client = kafka.consumer({
    groupId,
    sessionTimeout: sessionTimeoutMs,
    heartbeatInterval: heartbeatIntervalMs,
    maxWaitTimeInMs: 250,
    metadataMaxAge: options.metadataMaxAgeMs,
    retry: { retries: options.retries },
    allowAutoTopicCreation: false,
  });
  const positions = kafka.admin({ retry: { retries: 2 } });
  const membership = new Membership(requestTimeoutMs);
  /** The offset of the latest acknowledged commit, by partition. */
  const acknowledged = new Map<number, number>();

  client.on(client.events.GROUP_JOIN, () => membership.joined());
  client.on(client.events.HEARTBEAT, () => membership.answered());
  client.on(client.events.FETCH_START, ({ payload }) =>
    membership.fetchBegan(String(payload.nodeId), Date.now()),
  );
  client.on(client.events.COMMIT_OFFSETS, ({ payload }) => {
    for (const { partitions } of payload.topics) {
      for (const { partition, offset } of partitions) acknowledged.set(partition, Number(offset));
    }
  });

  const positionOf = async (partition: number): Promise<number | undefined> => {
    await positions.connect();
    const [answer] = await positions.fetchOffsets({ groupId, topics: [topic] });
    const entry = answer?.partitions.find((one) => one.partition === partition);
    return entry === undefined || Number(entry.offset) < 0 ? undefined : Number(entry.offset);
  };

  let onRebalancing: () => void = () => {};

  const batchOf = (payload: EachBatchPayload, joins: number): Batch => {
    const { partition, messages } = payload.batch;
    let expelled = false;
    const current = (): boolean =>
      !expelled && payload.isRunning() && !payload.isStale() && membership.joins === joins;
    const heartbeat = async (): Promise<void> => {
      try {
        await payload.heartbeat();
      } catch (error) {
        const type = errorTypeOf(error);
        if (type === "REBALANCE_IN_PROGRESS") onRebalancing();
        if (type === "UNKNOWN_MEMBER_ID" || type === "ILLEGAL_GENERATION") expelled = true;
        throw error;
      }
    };
    return {
      partition,
      count: messages.length,
      offsetOf: (index) => Number(messages[index]!.offset),
      valueOf: (index) => messages[index]!.value,
      isCurrent: current,
      commit: async (offset) => {
        acknowledged.delete(partition);
        try {
          await client.commitOffsets([{ topic, partition, offset: String(offset) }]);
        } catch {
          return false;
        }
        // While kafkajs stops, it resolves without a commit: only the event is an acknowledgement.
        return acknowledged.get(partition) === offset && membership.joins === joins;
      },
      // After a rejoin the positions belong to the new membership; an old batch must not change
      // them.
      advance: (offset) => {
        if (membership.joins !== joins) return;
        payload.resolveOffset(String(offset - 1));
        membership.dealtWith(partition, offset);
      },
      giveUp: async () => {
        if (!payload.isRunning() || membership.joins !== joins) return;
        const position = await positionOf(partition);
        // After a rejoin kafkajs has dropped its positions and asks for them itself.
        if (membership.joins !== joins) return;
        if (position === undefined) {
          throw new LossboundError(
            "ENVIRONMENT",
            `cannot continue partition ${partition} because the group has no committed position in it`,
          );
        }
        // Not `seek`: kafkajs keeps a seek across the next join, when another member may have moved
        // on. A resolved offset belongs to this membership only and is dropped with it.
        payload.resolveOffset(String(position - 1));
      },
      heartbeat,
      confirmMembership: async () => {
        const proved = membership.proof();
        let refused: unknown;
        await waitUntil(
          "the group to answer a heartbeat",
          async () => {
            refused = await heartbeat().then(
              () => undefined,
              (error: unknown) => error,
            );
            return refused !== undefined || !current() || proved();
          },
          // Enough for two answers over a slow link.
          { limitMs: 2 * (sessionTimeoutMs + requestTimeoutMs), everyMs: heartbeatIntervalMs / 2 },
        );
        if (refused !== undefined) throw refused;
      },
    };
  };

  let stopping = false;
  /**
   * Runs again after an error that kafkajs considers fatal, because an application would be
   * restarted.
   */
  const runAgain = async (run: () => Promise<void>): Promise<void> => {
    await pause(runAgainAfterMs);
    if (!stopping) await run();
  };

  return {
    connect: () => client.connect(),
    start: async (handlers) => {
      onRebalancing = () => handlers.onRebalancing();
      client.on(client.events.REBALANCING, onRebalancing);
      client.on(client.events.GROUP_JOIN, ({ payload }) =>
        handlers.onAssigned(payload.memberAssignment[topic] ?? []),
      );
      await client.subscribe({ topic, fromBeginning: reset === "earliest" });
      const run = (): Promise<void> =>
        client.run({
          autoCommit: false,
          eachBatchAutoResolve: false,
          partitionsConsumedConcurrently: concurrency,
          eachBatch: async (payload) => {
            const { partition, messages } = payload.batch;
            const below = membership.repeatedBelow(partition, Number(messages[0]?.offset));
            if (below !== undefined) return payload.resolveOffset(String(below - 1));
            const joins = membership.joinsWhenFetched();
            membership.batchBegan();
            try {
              await handlers.onBatch(batchOf(payload, joins));
            } finally {
              membership.batchEnded();
            }
          },
        });
      client.on(client.events.CRASH, ({ payload }) => {
        if (!payload.restart) void runAgain(run);
      });
      await run();
    },
    position: positionOf,
    stop: async () => {
      stopping = true;
      await endConsumer(client);
      await positions.disconnect();
    },
  };
}

/** Returns the protocol's name of an error from a broker; `undefined` for any other error. */
function errorTypeOf(error: unknown): string | undefined {
  return (error as { type?: string }).type;
}
