import { unlessAborted, within, withinOrSoon } from "../../base/wait.js";
import type { Connection, LogFollowing, LogFollowingOrder } from "../driver.js";
import { clientOf, endConsumer } from "./client.js";

/** A broker that is alive answers within milliseconds. */
const requestTimeoutMs = 3_000;
const startLimitMs = 15_000;
const leaveHurryMs = 500;

/**
 * Reads a topic as it grows, as the only member of a group that never commits. An error from which
 * it cannot recover ends it; the caller must then start again.
 */
export async function followLog(
  connection: Connection,
  { topic, groupId, from, onRecord, signal }: LogFollowingOrder,
): Promise<LogFollowing> {
  const client = clientOf(connection, { requestTimeout: requestTimeoutMs }).consumer({
    groupId,
    maxWaitTimeInMs: 100,
    // Leaders move, and partitions are added, while the log is followed.
    metadataMaxAge: 1_000,
    allowAutoTopicCreation: false,
    retry: { retries: 3, initialRetryTime: 100, maxRetryTime: 500, restartOnFailure: async () => false },
  });
  const soon = (what: string, started: Promise<unknown>): Promise<unknown> =>
    unlessAborted(within(what, started, startLimitMs), signal);
  const following: LogFollowing = {
    ended: new Promise((resolve) => client.on(client.events.CRASH, () => resolve())),
    [Symbol.asyncDispose]: async () => {
      const limits = { limitMs: startLimitMs, hurryMs: leaveHurryMs, signal };
      await withinOrSoon("the follower to leave", endConsumer(client), limits).catch(() => {});
    },
  };
  try {
    await soon("the follower to connect", client.connect());
    await client.subscribe({ topic, fromBeginning: true });
    const run = client.run({
      autoCommit: false,
      eachBatch: async ({ batch }) => {
        for (const { offset, value } of batch.messages) onRecord(batch.partition, Number(offset), value);
      },
    });
    await soon("the follower to join its group", run);
    for (const [partition, offset] of from) client.seek({ topic, partition, offset: String(offset) });
    return following;
  } catch (error) {
    await following[Symbol.asyncDispose]();
    throw error;
  }
}
