import { LossboundError, messageOf } from "../../base/errors.js";
import { unlessAborted, waitUntil, within, withinOrSoon } from "../../base/wait.js";
import type { AdminClient, Connection, PartitionLeadership } from "../driver.js";
import { askForLeaders, isKnownToAll } from "../leaders.js";
import { type Admin, clientOf, endConsumer, requestTimeoutMs } from "./client.js";

/** A topic is created within a moment, unless the machine is overloaded. */
const createLimitMs = 30_000;

/** Limit for clean-up requests after the run was interrupted. */
const lateLimitMs = 2_000;
/** Requests that a mute broker has not answered keep the client from disconnecting. */
const disconnectLimitMs = 30_000;
const disconnectHurryMs = 500;

export function admin(connection: Connection, over?: AbortSignal): AdminClient {
  const client = clientOf(connection, { requestTimeout: 10_000 }).admin();
  const asked = askedUntil(over);
  return {
    connect: () => asked(`reach a broker at ${connection.bootstrap.join(", ")}`, client.connect()),
    describeBrokers: async () => {
      const { brokers } = await asked("describe the cluster", client.describeCluster());
      return brokers.map(({ nodeId, host, port }) => ({ id: nodeId, address: `${host}:${port}` }));
    },
    createTopic: async (topic, { partitions, replicationFactor, config = {} }) => {
      const configEntries = entriesOf(config);
      const order = {
        topics: [{ topic, numPartitions: partitions, replicationFactor, configEntries }],
        waitForLeaders: false,
      };
      await asked(`create the topic ${topic}`, client.createTopics(order));
      // kafkajs's own wait fails if the first broker that it asks does not know the topic yet.
      const led = async (): Promise<boolean> =>
        (await logEnds(asked, client, topic)).length === partitions &&
        // With SASL only kafkajs can log in, as for `leaders`.
        (connection.security?.sasl !== undefined ||
          (await isKnownToAll(connection, connection.bootstrap, topic)));
      await waitUntil(`the leaders of ${topic} to answer`, led, {
        limitMs: createLimitMs,
        everyMs: 20,
        signal: over,
      });
    },
    deleteTopic: (topic) => asked(`delete the topic ${topic}`, client.deleteTopics({ topics: [topic] })),
    configureTopic: async (topic, config) => {
      // kafkajs does not support incremental changes: settings that are not listed become defaults.
      const resources = [{ type: topicResource, name: topic, configEntries: entriesOf(config) }];
      await asked(`configure ${topic}`, client.alterConfigs({ validateOnly: false, resources }));
    },
    topicSettings: async (topic) => {
      const order = { resources: [{ type: topicResource, name: topic }], includeSynonyms: false };
      const { resources } = await asked(`read the settings of ${topic}`, client.describeConfigs(order));
      const entries = resources.flatMap(({ configEntries }) => configEntries);
      return new Map(
        entries.map(({ configName, configValue, configSource }) => [
          configName,
          { value: configValue, own: configSource === setByTopic },
        ]),
      );
    },
    deleteRecords: async (topic, below) => {
      const partitions = [...below].map(([partition, offset]) => ({ partition, offset: String(offset) }));
      await asked(`delete records of ${topic}`, client.deleteTopicRecords({ topic, partitions }));
    },
    addPartitions: async (topic, total) => {
      const order = { topicPartitions: [{ topic, count: total }] };
      await asked(`add partitions to ${topic}`, client.createPartitions(order));
    },
    reassign: async (topic, partition, brokers) => {
      const order = { topics: [{ topic, partitionAssignment: [{ partition, replicas: [...brokers] }] }] };
      await asked(`reassign partition ${partition} of ${topic}`, client.alterPartitionReassignments(order));
    },
    isReassigned: async (topic) => {
      const under = await asked(`list the reassignments of ${topic}`, client.listPartitionReassignments({}));
      return under.topics.every((one) => one.topic !== topic);
    },
    setPositions: (groupId, topic, offsets) =>
      asked(`move the positions of ${groupId}`, commitOnce(connection, groupId, topic, offsets)),
    deleteGroup: async (groupId) => {
      await asked(`delete the group ${groupId}`, client.deleteGroups([groupId]));
    },
    members: async (groupId) => {
      const { groups } = await asked(`describe the group ${groupId}`, client.describeGroups([groupId]));
      return groups.flatMap(({ members }) => members.map(({ clientId }) => clientId)).toSorted();
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
    leaders: async (topic, notAsked) => {
      // With SASL only kafkajs can log in. Otherwise use our own request, which works on a
      // half-dead cluster.
      if (connection.security?.sasl !== undefined) return await leadersByClient(asked, client, topic);
      const addresses = connection.bootstrap.filter((address) => address !== notAsked);
      return await askForLeaders(connection, addresses, topic);
    },
    logEnds: (topic) => logEnds(asked, client, topic),
    [Symbol.asyncDispose]: async () => {
      const limits = { limitMs: disconnectLimitMs, hurryMs: disconnectHurryMs, signal: over };
      await withinOrSoon("the admin client to disconnect", client.disconnect(), limits).catch(
        (error: unknown) => {
          if (over?.aborted !== true) throw error;
        },
      );
    },
  };
}

/** Kafka's code for a resource of type topic. */
const topicResource = 2;
/** Kafka's code for a setting whose source is the topic itself. */
const setByTopic = 1;

function entriesOf(config: Readonly<Record<string, string>>): { name: string; value: string }[] {
  return Object.entries(config).map(([name, value]) => ({ name, value }));
}

type Asked = <T>(what: string, answer: Promise<T>) => Promise<T>;

/**
 * Returns a wrapper that waits for an answer until `over` is aborted, or `lateLimitMs` after that.
 * It turns the client's errors into `cannot X: …`.
 */
function askedUntil(over: AbortSignal | undefined): Asked {
  return async (what, answer) => {
    const isLate = over?.aborted === true;
    try {
      return await (isLate ? within(what, answer, lateLimitMs) : unlessAborted(answer, over));
    } catch (error) {
      if (!isLate) over?.throwIfAborted();
      if (error instanceof LossboundError) throw error;
      throw new LossboundError("ENVIRONMENT", `cannot ${what}: ${messageOf(error)}`, { cause: error });
    }
  };
}

/**
 * Commits offsets as a temporary member of the group. (kafkajs's own `setOffsets` does the same,
 * but waits for a fetch of five seconds to end.)
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
    await endConsumer(client);
  }
}

async function leadersByClient(asked: Asked, client: Admin, topic: string): Promise<PartitionLeadership[]> {
  const order = { topics: [topic] };
  const { topics } = await asked(`ask for the leaders of ${topic}`, client.fetchTopicMetadata(order));
  const partitions = topics.flatMap((one) => one.partitions);
  return partitions
    .map(({ partitionId, leader, replicas, isr }) => ({ partition: partitionId, leader, replicas, isr }))
    .toSorted((a, b) => a.partition - b.partition);
}

async function logEnds(
  asked: Asked,
  client: Admin,
  topic: string,
): Promise<{ partition: number; start: number; end: number }[]> {
  const offsets = await asked(`read the ends of ${topic}`, client.fetchTopicOffsets(topic));
  return offsets
    .map(({ partition, low, high }) => ({ partition, start: Number(low), end: Number(high) }))
    .toSorted((a, b) => a.partition - b.partition);
}
