import { epochMs } from "../base/clock.js";
import { waitUntil } from "../base/wait.js";
import type { PlannedTopicFault } from "../plan/plan.js";
import type { TopicAction } from "../scenario/scenario.js";
import { countsOf } from "./counts.js";
import { type FaultProgress, waitOrOver } from "./fault-context.js";
import { type Fell, conductOccurrences, occurrenceCame } from "./occurrences.js";
import { deleteRecords, recreateTopic, shortenRetention } from "./vanish-faults.js";

const effectLimitMs = 60_000;

/** Does to the topic what is planned. Each action ends when the topic's state shows it done, and no clock. */
export async function conductTopicFault(fault: PlannedTopicFault, run: FaultProgress): Promise<void> {
  const { say, inForce, moving } = run;
  const { action, trigger } = fault;
  const on = action.do === "move-leader" ? `partition ${action.partition}` : "topic";
  const over = overFor(action, run);
  await conductOccurrences(fault, run, { kind: action.do, on: () => on }, async (occurrence, dueAt) => {
    if (!(await occurrenceCame(run, trigger, dueAt, over))) return undefined;
    const key = `f${fault.index}-${occurrence}`;
    inForce.set(key, `${action.do} on ${on}`);
    if (action.do === "recreate") moving.add(key);
    try {
      const fell = await act(action, run);
      say(`${action.do} on ${on}: ${fell.probe ?? "done"}`);
      return fell;
    } finally {
      inForce.delete(key);
      moving.delete(key);
    }
  });
}

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

async function act(action: TopicAction, run: FaultProgress): Promise<Fell> {
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
  const { admin, topic, signal } = run;
  const brokers = (await admin.describeBrokers()).map(({ id }) => id).toSorted((a, b) => a - b);
  const { leader, replicas } = (await admin.leaders(topic)).find((one) => one.partition === partition)!;
  const followers = replicas.filter((id) => id !== leader);
  const free = brokers.find((id) => !replicas.includes(id));
  const heirs = free === undefined ? followers : [free, ...followers];
  const appliedAt = epochMs();
  if (leader === null || heirs.length === 0)
    return { appliedAt, probe: "no other broker could lead it", inForce: false };

  await admin.reassign(topic, partition, heirs);
  const now = await waitUntil(
    `partition ${partition} to leave broker ${leader}`,
    async () => {
      const one = (await admin.leaders(topic)).find((entry) => entry.partition === partition);
      const left = one !== undefined && one.leader !== null && !one.replicas.includes(leader);
      return left && (await admin.isReassigned(topic)) && one.leader;
    },
    { limitMs: effectLimitMs, signal },
  );
  return { appliedAt, touched: 1, probe: `partition ${partition}: leader ${leader} → ${now}`, inForce: true };
}

/**
 * Adds partitions, to which nobody sends. The consumers hear of them when they next ask for metadata, and
 * join anew: whether they did in time is told as the healing.
 */
async function addPartitions(count: number, run: FaultProgress): Promise<Fell> {
  const { admin, topic, crew, drained, signal } = run;
  const before = (await admin.leaders(topic)).length;
  const total = before + count;
  const appliedAt = epochMs();
  await admin.addPartitions(topic, total);
  const there = async (): Promise<boolean> => (await admin.logEnds(topic)).length === total;
  await waitUntil(`${topic} to have ${total} partitions`, there, { limitMs: effectLimitMs, signal });
  const assigned = (): boolean => countsOf(crew).assigned === total;
  const heard = await waitOrOver("the consumers to be assigned the new partitions", assigned, drained);
  return {
    appliedAt,
    ...(heard && { healedAt: epochMs() }),
    touched: count,
    probe: `${before} → ${total} partitions`,
    inForce: true,
    healed: heard ?? null,
  };
}
