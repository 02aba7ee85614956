import { epochMs } from "../../base/clock.js";
import { LossboundError } from "../../base/errors.js";
import { waitUntil } from "../../base/wait.js";
import type { BrokerHandle } from "../../environment/environment.js";
import type { PartitionLeadership } from "../../kafka/driver.js";
import type { PlannedBrokerFault } from "../../plan/plan.js";
import { chooseBroker } from "./broker-choice.js";
import { type FaultProgress, pauseUntil, waitOrOver } from "./context.js";
import { keyOf } from "../../plan/occurrence-key.js";
import { awaitOccurrence, conductOccurrences } from "./occurrences.js";
import { seek, shownByAll, type Sought } from "../../base/seek.js";

/** The cluster notices a dead leader after its session of 3 s, and then needs an election. */
const successionLimitMs = 30_000;
/** Time for a JVM to start, recover its log, and fetch what it missed from the other brokers. */
const returnLimitMs = 90_000;
const lookEveryMs = 20;

/**
 * Harms a broker, as often as planned, and brings it back after its time or when the producers have
 * ended. The leader or follower is chosen at the moment when the fault falls. The fault is healed
 * when the broker answers and all its replicas are in sync again.
 */
export async function conductBrokerFault(fault: PlannedBrokerFault, run: FaultProgress): Promise<void> {
  const { producersEnded, say, inForce, away, signal } = run;
  const { action } = fault;
  const fellOn: string[] = [];
  const on = (occurrence: number): string => fellOn[occurrence] ?? "broker ?";
  await conductOccurrences(fault, run, { kind: action, on }, async (occurrence, dueAt) => {
    if (!(await awaitOccurrence(run, fault.trigger, dueAt, producersEnded))) return undefined;
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
    const succession = observeSuccession(fault, broker, before, run);
    await pauseUntil(fault.for === undefined ? undefined : appliedAt + fault.for, producersEnded);
    // Without a successor by then, the broker stays away until there is one: the point of such a
    // fault.
    const seen = await succession;

    if (signal.aborted) return { askedAt, appliedAt, broker: broker.id, touched: touchedBy(before, broker) };
    const healAskedAt = epochMs();
    await bringBack(action, broker, run);
    const healed = await returns(broker, run);
    const healedAt = epochMs();
    away.delete(broker.address);
    inForce.delete(key);
    say(`${name} ${healed ? "is in sync again" : "runs again but is not in sync"}`);
    const edges = { askedAt, appliedAt, healAskedAt, healedAt };
    return { ...edges, broker: broker.id, touched: touchedBy(before, broker), healed, ...seen };
  });
}

const signalOf = { kill: "SIGKILL", pause: "SIGSTOP", stop: "SIGTERM" } as const;

interface Victim {
  broker: BrokerHandle;
  /** The topic's leaders before the fault. */
  before: readonly PartitionLeadership[];
}

/**
 * Returns the broker for a fault, once it is free of other faults: two faults on followers get two
 * different ones. The broker counts as away from here on, so its port may refuse connections.
 */
async function brokerToHarm(fault: PlannedBrokerFault, run: FaultProgress): Promise<Victim | undefined> {
  const { handles, away, admin, topic, producersEnded } = run;
  if (handles === undefined) {
    throw new LossboundError(
      "HARNESS",
      "cannot apply a fault to a broker, because lossbound did not start the brokers",
    );
  }
  return await waitOrOver(
    "the chosen broker to be free of other faults",
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

/** Harms the broker. Resolves when its process is seen in the new state. */
async function harm(
  action: PlannedBrokerFault["action"],
  broker: BrokerHandle,
  { links, signal }: FaultProgress,
): Promise<void> {
  switch (action) {
    case "kill":
    case "stop":
      // Data that a dying broker's port still accepts is lost, as it is without proxies, until the
      // port refuses and the proxies shut. A watch does this quickly; this call makes sure of it.
      await (action === "kill" ? broker.kill() : broker.stop(signal));
      return await links.brokerDown(broker.address);
    case "pause":
      // The kernel still accepts connections on its port, so the proxies stay open too.
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
 * Observes how the cluster reacts. A dead process already means a fault in force. If the broker led
 * a partition that can have a successor, the fault is in force only when the successor leads.
 */
async function observeSuccession(
  fault: PlannedBrokerFault,
  broker: BrokerHandle,
  before: readonly PartitionLeadership[],
  run: FaultProgress,
): Promise<SeenInForce> {
  const state = { kill: "is dead", stop: "has ended", pause: "is stopped" }[fault.action];
  const led = before.filter(({ leader }) => leader === broker.id);
  const withoutSuccessor = led
    .filter((partition) => !canHaveSuccessor(partition, run))
    .map(({ partition }) => partition);
  const alone =
    withoutSuccessor.length === 0
      ? []
      : [`no other in-sync replica of partition ${withoutSuccessor.join(", ")}`];
  const due = fault.action === "pause" ? [] : led.filter((partition) => canHaveSuccessor(partition, run));
  const moved = await Promise.all(due.map((partition) => successorOf(partition, broker, run)));
  return {
    probe: [`the process ${state}`, ...moved.map(describeSuccession), ...alone].join("; "),
    inForce: shownByAll(moved.map(({ sought }) => sought)),
  };
}

function canHaveSuccessor({ leader, replicas, isr }: PartitionLeadership, { plan }: FaultProgress): boolean {
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

function describeSuccession({ before: { partition, leader }, sought }: Succession): string {
  switch (sought.kind) {
    case "seen":
      return `leader of partition ${partition}: ${leader} → ${sought.seen.leader}, in sync ${sought.seen.isr.length}`;
    case "missed":
      return `partition ${partition} has no new leader`;
    case "unknown":
      return `unknown whether partition ${partition} has a new leader`;
  }
}

/**
 * Counts the topic's partitions that the broker led or, if it led none, those that it had a replica
 * of.
 */
function touchedBy(before: readonly PartitionLeadership[], { id }: BrokerHandle): number {
  const led = before.filter(({ leader }) => leader === id).length;
  return led > 0 ? led : before.filter(({ replicas }) => replicas.includes(id)).length;
}

/**
 * Returns whether a restarted broker gets in sync, according to the others: its own view may be
 * outdated.
 */
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
