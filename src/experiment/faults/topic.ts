import { epochMs } from "../../base/clock.js";
import { waitUntil } from "../../base/wait.js";
import type { PartitionLeadership } from "../../kafka/driver.js";
import type { PlannedTopicFault } from "../../plan/plan.js";
import type { TopicAction } from "../../scenario/faults.js";
import { countsOf } from "../counts.js";
import { type FaultProgress, answerTo, waitOrOver } from "./context.js";
import { keyOf } from "../../plan/occurrence-key.js";
import { type Fell, conductOccurrences, occurrenceCame } from "./occurrences.js";
import { deleteRecords, recreateTopic, shortenRetention } from "./vanish.js";

const effectLimitMs = 60_000;

/**
 * Does to the topic what is planned, one thing after the other. Each action ends when the topic's state
 * shows it done, and no clock.
 */
export async function conductTopicFault(fault: PlannedTopicFault, run: FaultProgress): Promise<void> {
  const { say, inForce, moving, onTopic } = run;
  const { action, trigger } = fault;
  const on = action.do === "move-leader" ? `partition ${action.partition}` : "topic";
  const over = overFor(action, run);
  await conductOccurrences(fault, run, { kind: action.do, on: () => on }, async (occurrence, dueAt) => {
    if (!(await occurrenceCame(run, trigger, dueAt, over))) return undefined;
    const key = keyOf(fault, occurrence);
    // From here on nothing is drained, though others may be at the topic still.
    if (action.do === "recreate") moving.add(key);
    try {
      const done = await onTopic.take(async () => {
        // Its turn may come too late.
        if (over.aborted) return undefined;
        inForce.set(key, `${action.do} on ${on}`);
        return await act(action, run);
      });
      if (done === undefined) return undefined;
      const { healing, ...fell } = done;
      say(`${action.do} on ${on}: ${fell.probe ?? "done"}`);
      return { ...fell, ...(await healing?.()) };
    } finally {
      inForce.delete(key);
      moving.delete(key);
    }
  });
}

/** What was done to the topic, and what is waited for when others may have their turn. */
type Done = Fell & { healing?: () => Promise<Pick<Fell, "healedAt" | "healed">> };

/**
 * Records can be taken away as long as somebody is still to read them; what matters to whoever sends, only
 * while they do.
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
 * Reassigns a partition, so that its present leader has no replica of it any more, and waits until the
 * brokers agree who leads it. A client that has not heard of it goes on sending to the old one.
 */
async function moveLeader(partition: number, run: FaultProgress): Promise<Fell> {
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
  const heirs = [...free.toSorted((a, b) => a - b).slice(0, 1), ...followers];
  const appliedAt = epochMs();
  if (heirs.length === 0) return { appliedAt, probe: "no other broker could lead it", inForce: false };

  const reassign = (): Promise<void> => admin.reassign(topic, partition, heirs);
  await answerTo(`partition ${partition} to be given to others`, reassign, run);
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
 * Adds partitions, to which nobody sends. The consumers hear of them when they next ask for metadata, and
 * join anew: whether they did in time is told as the healing.
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
      // The brokers may have made them, and the answer be lost.
      if ((await there()) < total) await admin.addPartitions(topic, total);
      return (await admin.logEnds(topic)).length === total;
    },
    { limitMs: effectLimitMs, signal },
  );
  // Others may add some more before the consumers hear of these.
  const assigned = (): boolean => countsOf(crew).assigned >= total;
  const healing = async (): Promise<Pick<Fell, "healedAt" | "healed">> => {
    const heard = await waitOrOver("the consumers to be assigned the new partitions", assigned, drained);
    return { ...(heard && { healedAt: epochMs() }), healed: heard ?? null };
  };
  return {
    appliedAt,
    touched: count,
    probe: `${before} → ${total} partitions`,
    inForce: true,
    healing,
  };
}
