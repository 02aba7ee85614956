import { epochMs } from "../../base/clock.js";
import type { LinkFaultInForce } from "../../environment/links/link.js";
import type { PlannedLinkFault } from "../../plan/plan.js";
import type { Role } from "../../scenario/role.js";
import { chooseBroker, type ClusterBroker } from "./broker-choice.js";
import { commandSockets } from "../command-connections.js";
import { type SocketCounts, socketsOf, touchedBetween } from "../counts.js";
import { type FaultProgress, awaitMoment, neverFell, pauseUntil, waitOrOver } from "./context.js";
import { keyOf } from "../../plan/occurrence-key.js";

/**
 * Returns whether a fault must exist before the producers connect: one on their link at time 0. It
 * is in force early, but its duration counts from time 0.
 */
export function isEarly(fault: {
  kind: string;
  on?: string;
  trigger: { kind: string; ms?: number };
}): boolean {
  return (
    fault.kind === "link" &&
    fault.on === "producer-link" &&
    fault.trigger.kind === "at" &&
    fault.trigger.ms === 0
  );
}

/**
 * Applies a fault to a link, as often as planned, and records each time when it was in force and
 * what it touched.
 *
 * @param onApplied called when the first occurrence is in force.
 */
export async function conductLinkFault(
  fault: PlannedLinkFault,
  run: FaultProgress,
  onApplied: () => void = () => {},
): Promise<void> {
  const { links, say, write, begun, sendingOver } = run;
  const role = fault.on === "producer-link" ? "producer" : "consumer";
  const kind = fault.toxic === "down" ? "down" : fault.toxic.type;
  const { toxic, stream } = fault;
  const way = toxic === "down" ? "down" : stream;
  let dueAt: number | undefined;
  for (let occurrence = 0; occurrence < fault.times; occurrence++) {
    const key = keyOf(fault, occurrence);
    const blank = { event: "fault", fault: fault.index, occurrence, on: fault.on, kind } as const;
    const early = occurrence === 0 && isEarly(fault);
    if (dueAt !== undefined) await pauseUntil(dueAt, sendingOver);
    const came = early || (dueAt === undefined ? await awaitMoment(run, fault.trigger, sendingOver) : true);
    const broker = came && !sendingOver.aborted ? await findBroker(fault, run) : undefined;
    if (broker === undefined) {
      write({ ...blank, ...neverFell });
      continue;
    }

    const begunAt = epochMs();
    // Cutting a link closes its connections at once, so they are counted beforehand.
    const look = socketsOn(run, role, broker);
    const before = look();
    const inForce = await links[role].apply({ toxic, stream, broker: broker.address }, key);
    const on = broker.id === undefined ? fault.on : `${fault.on} to broker ${broker.id}`;
    const label = `${kind} on ${on}`;
    run.inForce.set(key, label);
    say(`${label}: in force`);
    onApplied();
    const since = early
      ? Math.max(await begunOrOver(begun, sendingOver), inForce.applied.to)
      : inForce.applied.to;
    const start = way === "down" ? before : look();

    await pauseUntil(fault.for === undefined ? undefined : since + fault.for, sendingOver);
    const touched = touchedBetween(start, look(start), way);
    const one = broker.id === undefined ? {} : { broker: broker.id };
    write({ ...blank, on, ...one, touched, ...(await heal(inForce)) });
    run.inForce.delete(key);
    say(`${label}: healed; touched ${touched === 1 ? "1 connection" : `${touched} connections`}`);
    dueAt = (early ? since : begunAt) + fault.every;
  }
}

/**
 * Returns a function that counts the sockets which a fault on a link may touch. Pass it the earlier
 * count.
 */
function socketsOn(
  { plan, crew, links }: FaultProgress,
  role: Role,
  broker: Partial<ClusterBroker>,
): (before?: SocketCounts) => SocketCounts {
  return plan.scenario[`${role}s`].command !== undefined
    ? (before) => commandSockets(crew, links[role], broker.address, before)
    : () => socketsOf(crew, role, broker.id);
}

/**
 * Returns the broker whose proxy the fault is confined to, as of now. Without an address, the fault
 * is on all proxies.
 */
async function findBroker(
  { broker }: PlannedLinkFault,
  { admin, topic, brokers, sendingOver }: FaultProgress,
): Promise<Partial<ClusterBroker> | undefined> {
  if (broker === undefined) return {};
  // Whether the cluster has that index is known from the start, so there is nothing to wait for.
  if (broker.kind === "index") return chooseBroker(broker, brokers, []);
  const look = async (): Promise<ClusterBroker | undefined> =>
    chooseBroker(broker, brokers, await admin.leaders(topic));
  return await waitOrOver("a broker for the fault", look, sendingOver, 20);
}

/** Heals the fault, and returns what probes saw of the fault and of the healing. */
async function heal(inForce: LinkFaultInForce): Promise<{
  askedAt: number;
  appliedAt: number;
  healAskedAt: number;
  healedAt: number;
  probe: string | null;
  inForce: boolean | null;
  answeredFor?: true;
  healed: boolean | null;
}> {
  const { healed, healthy, removal } = await inForce.heal();
  const { seen, inForce: shown, answeredFor } = await inForce.evidence;
  return {
    askedAt: inForce.applied.from,
    appliedAt: inForce.applied.to,
    healAskedAt: healed.from,
    healedAt: healed.to,
    probe: seen,
    inForce: shown,
    ...(answeredFor && { answeredFor }),
    // A replaced Toxiproxy had hung, and lossbound itself then ended the link's connections.
    healed: removal === "replaced" ? false : await healthy,
  };
}

/** Resolves with time 0, or with 0 if the run ends before that. */
async function begunOrOver(begun: Promise<number>, over: AbortSignal): Promise<number> {
  const ended = new Promise<number>((resolve) => {
    over.addEventListener("abort", () => resolve(0), { once: true });
    if (over.aborted) resolve(0);
  });
  return await Promise.race([begun, ended]);
}
