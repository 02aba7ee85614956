import { randomOf } from "../base/random.js";
import type { Scenario } from "../scenario/scenario.js";
import type {
  BrokerFault,
  Fault,
  JoinFault,
  KillFault,
  LinkFault,
  OversizeFault,
  PauseFault,
  ResetOffsetsFault,
  StopFault,
  TopicFault,
} from "../scenario/faults.js";
import type { Milliseconds, Whole, WorkerIndex } from "../scenario/units.js";
import { type Layout, layOut } from "./layout.js";

/**
 * Everything that is to happen in a run, decided before it begins. All chance is spent here: the
 * same scenario and seed give the same plan.
 */
export interface Plan {
  schema: "lossbound.plan/1";
  scenario: Scenario;
  seed: Seed;
  layout: Layout;
  /** How long the producers send when nothing holds them up, in milliseconds. */
  sendingMs: Milliseconds;
  faults: PlannedFault[];
}

/** A fault of the plan. `index` is its place in the plan's list, from 0. */
export type PlannedFault =
  | PlannedLinkFault
  | PlannedKill
  | PlannedPause
  | PlannedStop
  | PlannedOversize
  | PlannedJoin
  | PlannedBrokerFault
  | PlannedTopicFault
  | PlannedOffsetsReset;

interface Indexed {
  index: Whole;
}

interface Targeted extends Indexed {
  /** The worker that each occurrence falls on. */
  targets: WorkerIndex[];
}

export type PlannedLinkFault = LinkFault & Indexed;
export type PlannedKill = KillFault & Targeted;
export type PlannedPause = PauseFault & Targeted;
export type PlannedStop = StopFault & Targeted;
export type PlannedOversize = OversizeFault & Targeted;
export type PlannedJoin = JoinFault & Indexed;
export type PlannedBrokerFault = BrokerFault & Indexed;
export type PlannedTopicFault = TopicFault & Indexed;
export type PlannedOffsetsReset = ResetOffsetsFault & Indexed;

/**
 * @asType integer
 * @minimum 0
 * @maximum 4294967295
 */
export type Seed = number;

/** Seeds are integers from 0 to this. */
export const seedMax = 2 ** 32 - 1;

/** @param seed an integer from 0 to `seedMax`. */
export function makePlan(scenario: Scenario, seed: number): Plan {
  const random = randomOf(seed);
  const { messages } = scenario.producers;
  const alive = {
    producer: Array.from({ length: scenario.producers.count }, (_, worker) => worker),
    consumer: Array.from({ length: scenario.consumers.count }, (_, worker) => worker),
  };
  const faults = drawFaults(scenario, random).map((fault, index) => planFault(fault, index, alive, random));
  return {
    schema: "lossbound.plan/1",
    scenario,
    seed,
    layout: layOut(messages, numberedProducers(scenario, faults)),
    sendingMs: (messages / scenario.producers.rate) * 1000,
    faults,
  };
}

/**
 * How many producers number messages. A command numbers its own from 0 in each life, so each life of one
 * counts as a producer: the first lives first, and then those that faults begin, in the order of time.
 */
function numberedProducers({ producers }: Scenario, faults: readonly PlannedFault[]): number {
  if (producers.command === undefined) return producers.count;
  const again = faults.flatMap((fault) => {
    const ends = (fault.kind === "kill" || fault.kind === "stop") && fault.role === "producer";
    return ends && fault.restartAfter !== undefined ? fault.targets : [];
  });
  return producers.count + again.length;
}

/** As many of the faults as the scenario wants, in its order; each choice of so many is as likely. */
function drawFaults({ faults, faultsDrawn }: Scenario, random: (below: number) => number): Fault[] {
  let wanted = faultsDrawn ?? faults.length;
  return faults.filter((_, index) => {
    const left = faults.length - index;
    // Nothing is drawn where all that are left are wanted, or none.
    const taken = wanted === left || (wanted > 0 && random(left) < wanted);
    if (taken) wanted -= 1;
    return taken;
  });
}

function planFault(
  fault: Fault,
  index: number,
  alive: Record<"producer" | "consumer", number[]>,
  random: (below: number) => number,
): PlannedFault {
  switch (fault.kind) {
    case "link":
    case "join":
    case "broker":
    case "topic":
    case "reset-offsets":
      return { ...fault, index };
    case "kill":
    case "stop":
      return {
        ...fault,
        index,
        targets: drawTargets(fault, alive[fault.role], random, fault.restartAfter === undefined),
      };
    case "pause":
      return { ...fault, index, targets: drawTargets(fault, alive[fault.role], random) };
    case "oversize":
      return { ...fault, index, targets: drawTargets(fault, alive.producer, random) };
  }
}

/**
 * One worker an occurrence. A worker that is not started again (`forGood`) cannot be hit twice, so it
 * leaves `alive`, for this fault and for those after it in the list.
 */
function drawTargets(
  fault: { worker: number | undefined; times: number },
  alive: number[],
  random: (below: number) => number,
  forGood = false,
): number[] {
  const targets: number[] = [];
  for (let occurrence = 0; occurrence < fault.times && alive.length > 0; occurrence++) {
    const target = fault.worker ?? alive[random(alive.length)]!;
    targets.push(target);
    if (forGood && alive.includes(target)) alive.splice(alive.indexOf(target), 1);
  }
  return targets;
}
