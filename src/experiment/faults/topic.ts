import { epochMs } from "../../base/clock.js";
import { waitUntil } from "../../base/wait.js";
import type { PartitionLeadership } from "../../kafka/driver.js";
import type { PlannedTopicFault } from "../../plan/plan.js";
import type { TopicAction } from "../../scenario/faults.js";
import { countsOf } from "../counts.js";
import { type FaultProgress, answerTo, waitOrOver } from "./context.js";
import { keyOf } from "../../plan/occurrence-key.js";
import { type Outcome, awaitOccurrence, conductOccurrences } from "./occurrences.js";
import { deleteRecords, recreateTopic, shortenRetention } from "./vanish.js";

const effectLimitMs = 60_000;

/**
 * Applies the planned actions to the topic, one after the other. An action ends when the topic's
 * state shows that it is done, not after a fixed time.
 */
export async function conductTopicFault(fault: PlannedTopicFault, run: FaultProgress): Promise<void> {
  const { say, inForce, moving, onTopic } = run;
  const { action, trigger } = fault;
  const on = action.do === "move-leader" ? `partition ${action.partition}` : "topic";
  const over = overFor(action, run);
  await conductOccurrences(fault, run, { kind: action.do, on: () => on }, async (occurrence, dueAt) => {
    if (!(await awaitOccurrence(run, trigger, dueAt, over))) return undefined;
    const key = keyOf(fault, occurrence);
    // Nothing may be drained from now on, although other faults may still hold the topic.
    if (action.do === "recreate") moving.add(key);
    try {
      const done = await onTopic.take(async () => {
        // Its turn may have come too late.
        if (over.aborted) return undefined;
        inForce.set(key, `${action.do} on ${on}`);
        return await act(action, run);
      });
      if (done === undefined) return undefined;
      const { healing, ...outcome } = done;
      say(`${action.do} on ${on}: ${outcome.probe ?? "done"}`);
      return { ...outcome, ...(await healing?.()) };
    } finally {
      inForce.delete(key);
      moving.delete(key);
    }
  });
}

/**
 * The outcome of an action, and the healing, which is awaited after the next fault may take its
 * turn.
 */
type Done = Outcome & { healing?: () => Promise<Pick<Outcome, "healedAt" | "healed">> };

/**
 * Returns the signal after which an action is pointless. Removed records matter while consumers
 * read, and changes that affect senders matter while producers send.
 */
function overFor(action: TopicAction, { sendingOver, drained }: FaultProgress): AbortSignal {
  switch (action.do) {
    case "delete-records":
    case "retention":
    case "add-partitions":
      return drained;
    case "recreate":
    case "move-leader":
      return sendingOver;
  }
}

async function act(action: TopicAction, run: FaultProgress): Promise<Done> {
  switch (action.do) {
    case "delete-records":
      return await deleteRecords(action, run);
    case "retention":
      return await shortenRetention(action, run);
    case "recreate":
      return await recreateTopic(run);
    case "move-leader":
      return await moveLeader(action.partition, run);
    case "add-partitions":
      return await addPartitions(action.count, run);
  }
}

/**
 * Reassigns a partition so that its current leader loses its replica, and waits until the brokers
 * agree on the new leader. A client that does not know this yet keeps sending to the old one.
 */
async function moveLeader(partition: number, run: FaultProgress): Promise<Outcome> {
  const { admin, topic, brokers, signal } = run;
  const limit = { limitMs: effectLimitMs, signal };
  const stateNow = async (): Promise<PartitionLeadership | undefined> =>
    (await admin.leaders(topic)).find((one) => one.partition === partition);
  const led = async (): Promise<(PartitionLeadership & { leader: number }) | false> => {
    const now = await stateNow();
    return now !== undefined && now.leader !== null && { ...now, leader: now.leader };
  };
  const { leader, replicas } = await waitUntil(`partition ${partition} to have a leader`, led, limit);
  const followers = replicas.filter((id) => id !== leader);
  const free = brokers.map(({ id }) => id).filter((id) => !replicas.includes(id));
  const successors = [...free.toSorted((a, b) => a - b).slice(0, 1), ...followers];
  const appliedAt = epochMs();
  if (successors.length === 0)
    return { appliedAt, probe: "no other broker can lead the partition", inForce: false };

  const reassign = (): Promise<void> => admin.reassign(topic, partition, successors);
  await answerTo(`partition ${partition} to be reassigned`, reassign, run);
  const now = await waitUntil(
    `partition ${partition} to leave broker ${leader}`,
    async () => {
      const one = await led();
      return (
        one !== false && !one.replicas.includes(leader) && (await admin.isReassigned(topic)) && one.leader
      );
    },
    limit,
  );
  return { appliedAt, touched: 1, probe: `partition ${partition}: leader ${leader} → ${now}`, inForce: true };
}

/**
 * Adds partitions, to which no producer sends. The consumers learn of them with their next metadata
 * and rejoin. The healing records whether they did so in time.
 */
async function addPartitions(count: number, run: FaultProgress): Promise<Done> {
  const { admin, topic, crew, drained, signal } = run;
  const there = async (): Promise<number> => (await admin.leaders(topic)).length;
  const before = await answerTo(`the partitions of ${topic}`, there, run);
  const total = before + count;
  const appliedAt = epochMs();
  await waitUntil(
    `${topic} to have ${total} partitions`,
    async () => {
      // The brokers may have added them although the answer was lost.
      if ((await there()) < total) await admin.addPartitions(topic, total);
      return (await admin.logEnds(topic)).length === total;
    },
    { limitMs: effectLimitMs, signal },
  );
  // Another fault may add more before the consumers learn of these.
  const assigned = (): boolean => countsOf(crew).assigned >= total;
  const healing = async (): Promise<Pick<Outcome, "healedAt" | "healed">> => {
    const seen = await waitOrOver("the consumers to be assigned the new partitions", assigned, drained);
    return { ...(seen && { healedAt: epochMs() }), healed: seen ?? null };
  };
  return {
    appliedAt,
    touched: count,
    probe: `${before} → ${total} partitions`,
    inForce: true,
    healing,
  };
}
