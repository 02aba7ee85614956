import { epochMs } from "../../base/clock.js";
import { LossboundError } from "../../base/errors.js";
import { waitUntil } from "../../base/wait.js";
import type { BrokerHandle } from "../../environment/environment.js";
import type { PartitionLeadership } from "../../kafka/driver.js";
import type { PlannedBrokerFault } from "../../plan/plan.js";
import { chooseBroker } from "./broker-choice.js";
import { type FaultProgress, pauseUntil, waitOrOver } from "./context.js";
import { keyOf } from "../../plan/occurrence-key.js";
import { conductOccurrences, occurrenceCame } from "./occurrences.js";
import { seek, shownByAll, type Sought } from "../../base/seek.js";

/** A dead leader is missed after its session, three seconds; then it takes an election. */
const successionLimitMs = 30_000;
/** A JVM, what it has to recover, and what it has to fetch from the others. */
const returnLimitMs = 90_000;
const lookEveryMs = 20;

/**
 * Harms a broker, as often as the fault falls, and brings it back: after its time, or when the
 * producers have ended. Who leads or follows is asked at the moment when it falls. It heals when the
 * broker answers and is in sync again in all that it has a replica of.
 */
export async function conductBrokerFault(fault: PlannedBrokerFault, run: FaultProgress): Promise<void> {
  const { producersEnded, say, inForce, away, signal } = run;
  const { action } = fault;
  const fellOn: string[] = [];
  const on = (occurrence: number): string => fellOn[occurrence] ?? "broker ?";
  await conductOccurrences(fault, run, { kind: action, on }, async (occurrence, dueAt) => {
    if (!(await occurrenceCame(run, fault.trigger, dueAt, producersEnded))) return undefined;
    const victim = await brokerToHarm(fault, run);
    if (victim === undefined) return undefined;
    const { broker, before } = victim;
    const name = `broker ${broker.id}`;
    fellOn[occurrence] = name;
    const key = keyOf(fault, occurrence);

    const askedAt = epochMs();
    await harm(action, broker, run);
    const appliedAt = epochMs();
    inForce.set(key, `${action} of ${name}`);
    say(`${signalOf[action]} ${name}`);
    const succession = succeed(fault, broker, before, run);
    await pauseUntil(fault.for === undefined ? undefined : appliedAt + fault.for, producersEnded);
    // No successor by then: the broker stays away until there is one. That is the point of such a fault.
    const seen = await succession;

    if (signal.aborted) return { askedAt, appliedAt, broker: broker.id, touched: touchedBy(before, broker) };
    const healAskedAt = epochMs();
    await bringBack(action, broker, run);
    const healed = await returns(broker, run);
    const healedAt = epochMs();
    away.delete(broker.address);
    inForce.delete(key);
    say(`${name} ${healed ? "is in sync again" : "runs again, and is not in sync"}`);
    const edges = { askedAt, appliedAt, healAskedAt, healedAt };
    return { ...edges, broker: broker.id, touched: touchedBy(before, broker), healed, ...seen };
  });
}

const signalOf = { kill: "SIGKILL", pause: "SIGSTOP", stop: "SIGTERM" } as const;

interface Victim {
  broker: BrokerHandle;
  /** How the topic was led before it was harmed. */
  before: readonly PartitionLeadership[];
}

/**
 * The broker that is meant, once no other fault has it: two faults on followers find two of them. It
 * counts as away from here on, so that its port may refuse.
 */
async function brokerToHarm(fault: PlannedBrokerFault, run: FaultProgress): Promise<Victim | undefined> {
  const { handles, away, admin, topic, producersEnded } = run;
  if (handles === undefined) {
    throw new LossboundError("HARNESS", "a fault on a broker, and the brokers are not ours to harm");
  }
  return await waitOrOver(
    "the broker that is meant to be free of other faults",
    async () => {
      const before = await admin.leaders(topic);
      const chosen = chooseBroker(fault.broker, run.brokers, before, ({ address }) => !away.has(address));
      const broker = handles.find(({ id }) => id === chosen?.id);
      if (broker === undefined || away.has(broker.address)) return undefined;
      away.add(broker.address);
      return { broker, before };
    },
    producersEnded,
    lookEveryMs,
  );
}

/** Resolves when the process is seen to be in that state. */
async function harm(
  action: PlannedBrokerFault["action"],
  broker: BrokerHandle,
  { links, signal }: FaultProgress,
): Promise<void> {
  switch (action) {
    case "kill":
    case "stop":
      // What a dying broker's port still takes is lost as it is without proxies: these are shut when
      // the port refuses. The watch over it is quick; when this returns, they are shut for certain.
      await (action === "kill" ? broker.kill() : broker.stop(signal));
      return await links.brokerDown(broker.address);
    case "pause":
      // Its port goes on to take connections, in the kernel: so do its proxies.
      return await broker.pause();
  }
}

async function bringBack(
  action: PlannedBrokerFault["action"],
  broker: BrokerHandle,
  { links, signal }: FaultProgress,
): Promise<void> {
  switch (action) {
    case "kill":
    case "stop":
      await broker.start(signal);
      return await links.brokerUp(broker.address);
    case "pause":
      return await broker.resume();
  }
}

interface SeenInForce {
  probe: string;
  inForce: boolean | null;
}

/**
 * What the cluster makes of it. A dead process is a fault in force; one that led, and could have a
 * successor, is missed only when it has one.
 */
async function succeed(
  fault: PlannedBrokerFault,
  broker: BrokerHandle,
  before: readonly PartitionLeadership[],
  run: FaultProgress,
): Promise<SeenInForce> {
  const state = { kill: "dead", stop: "ended", pause: "stands still" }[fault.action];
  const led = before.filter(({ leader }) => leader === broker.id);
  const heirless = led.filter((partition) => !hasHeir(partition, run)).map(({ partition }) => partition);
  const alone = heirless.length === 0 ? [] : [`no other replica in sync of partition ${heirless.join(", ")}`];
  const due = fault.action === "pause" ? [] : led.filter((partition) => hasHeir(partition, run));
  const moved = await Promise.all(due.map((partition) => successorOf(partition, broker, run)));
  return {
    probe: [`the process ${state}`, ...moved.map(inWords), ...alone].join("; "),
    inForce: shownByAll(moved.map(({ sought }) => sought)),
  };
}

function hasHeir({ leader, replicas, isr }: PartitionLeadership, { plan }: FaultProgress): boolean {
  const { topic, brokers } = plan.scenario;
  const unclean = "unclean.leader.election.enable";
  const mayBeBehind = (topic.config[unclean] ?? brokers.config[unclean]) === "true";
  return (mayBeBehind ? replicas : isr).some((id) => id !== leader);
}

interface Succession {
  before: PartitionLeadership;
  sought: Sought<PartitionLeadership>;
}

async function successorOf(
  before: PartitionLeadership,
  broker: BrokerHandle,
  { admin, topic, signal }: FaultProgress,
): Promise<Succession> {
  const { partition, leader } = before;
  const sought = await seek(
    `a successor of ${broker.id} in partition ${partition}`,
    async () => {
      const now = (await admin.leaders(topic, broker.address)).find((one) => one.partition === partition);
      return now !== undefined && now.leader !== null && now.leader !== leader && now;
    },
    { limitMs: successionLimitMs, enoughMs: successionLimitMs, everyMs: lookEveryMs, over: signal },
  );
  return { before, sought };
}

function inWords({ before: { partition, leader }, sought }: Succession): string {
  switch (sought.kind) {
    case "seen":
      return `leader of partition ${partition}: ${leader} → ${sought.seen.leader}, in sync ${sought.seen.isr.length}`;
    case "missed":
      return `partition ${partition} has no new leader`;
    case "unknown":
      return `nobody says whether partition ${partition} has a new leader`;
  }
}

/** Partitions of the topic that it led; those that it had a replica of, where it led none. */
function touchedBy(before: readonly PartitionLeadership[], { id }: BrokerHandle): number {
  const led = before.filter(({ leader }) => leader === id).length;
  return led > 0 ? led : before.filter(({ replicas }) => replicas.includes(id)).length;
}

/** Whether a broker that runs again gets in sync, as the others see it: it may have an old view itself. */
async function returns(broker: BrokerHandle, run: FaultProgress): Promise<boolean> {
  const { admin, topic, brokers, signal } = run;
  const notAsked = brokers.length > 1 ? broker.address : undefined;
  try {
    await waitUntil(
      `broker ${broker.id} to be in sync`,
      async () => {
        const replicated = (await admin.leaders(topic, notAsked)).filter(({ replicas }) =>
          replicas.includes(broker.id),
        );
        return replicated.every(({ leader, isr }) => leader !== null && isr.includes(broker.id));
      },
      { limitMs: returnLimitMs, everyMs: lookEveryMs, signal },
    );
    return true;
  } catch {
    return false;
  }
}
