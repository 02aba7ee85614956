import { keyOf } from "../plan/occurrence-key.js";
import { joinerOf } from "../plan/extra-consumers.js";
import type { Plan, PlannedFault } from "../plan/plan.js";
import type { BrokerChoice } from "../scenario/faults.js";

/** A series of faults of one kind on one planned target. */
export interface FaultSeries {
  fault: string;
  on: string;
  /** Its occurrences, by `keyOf`. */
  keys: string[];
}

/** Returns the name of a series, unique within a run. */
export function seriesName({ fault, on }: Pick<FaultSeries, "fault" | "on">): string {
  return `${fault} on ${on}`;
}

/**
 * Returns the series of all faults of a plan. A fault on "the leader" is not labelled with the
 * broker, which varies by run.
 */
export function faultSeries(plan: Plan): FaultSeries[] {
  const series = new Map<string, FaultSeries>();
  for (const fault of plan.faults) {
    const kind = kindOf(fault);
    for (let occurrence = 0; occurrence < fault.times; occurrence++) {
      const on = targetOf(fault, occurrence, plan);
      const name = seriesName({ fault: kind, on });
      const one = series.get(name) ?? { fault: kind, on, keys: [] };
      one.keys.push(keyOf(fault, occurrence));
      series.set(name, one);
    }
  }
  return [...series.values()];
}

function kindOf(fault: PlannedFault): string {
  switch (fault.kind) {
    case "link":
      return fault.toxic === "down" ? "down" : fault.toxic.type;
    case "broker":
      return fault.action;
    case "topic":
      return fault.action.do;
    case "kill":
    case "pause":
    case "stop":
    case "join":
    case "oversize":
    case "reset-offsets":
      return fault.kind;
  }
}

function targetOf(fault: PlannedFault, occurrence: number, plan: Plan): string {
  switch (fault.kind) {
    case "link":
      return fault.broker === undefined ? fault.on : `${fault.on} to ${brokerOf(fault.broker)}`;
    case "broker":
      return brokerOf(fault.broker);
    case "topic":
      return fault.action.do === "move-leader" ? `partition ${fault.action.partition}` : "topic";
    case "kill":
    case "pause":
    case "stop":
      return workerOf(fault.role, fault.targets[occurrence]);
    case "oversize":
      return workerOf("producer", fault.targets[occurrence]);
    case "join":
      return `consumer ${joinerOf(plan, fault)}`;
    case "reset-offsets":
      return "group";
  }
}

/** The plan draws no target if no worker is left. */
function workerOf(role: string, target: number | undefined): string {
  return target === undefined ? `no ${role}` : `${role} ${target}`;
}

function brokerOf(broker: BrokerChoice): string {
  switch (broker.kind) {
    case "index":
      return `broker ${broker.index}`;
    case "leader":
    case "follower":
      return `${broker.kind} of partition ${broker.partition}`;
  }
}
