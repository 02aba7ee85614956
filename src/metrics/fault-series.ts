import { keyOf } from "../plan/occurrence-key.js";
import { joinerOf } from "../plan/extra-consumers.js";
import type { Plan, PlannedFault } from "../plan/plan.js";
import type { BrokerChoice } from "../scenario/faults.js";

/** What one series of faults is about: a kind, and what the plan has it fall on. */
export interface FaultSeries {
  fault: string;
  on: string;
  /** Its occurrences, by `keyOf`. */
  keys: string[];
}

/** Names a series among those of a run. */
export function seriesName({ fault, on }: Pick<FaultSeries, "fault" | "on">): string {
  return `${fault} on ${on}`;
}

/** The series of all faults of a plan. Whom a fault on "the leader" hit in fact is no label: that differs by the run. */
export function faultSeries(plan: Plan): FaultSeries[] {
  const series = new Map<string, FaultSeries>();
  for (const fault of plan.faults) {
    const kind = kindOf(fault);
    for (let occurrence = 0; occurrence < fault.times; occurrence++) {
      const on = placeOf(fault, occurrence, plan);
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

function placeOf(fault: PlannedFault, occurrence: number, plan: Plan): string {
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

/** A plan that has nobody left to hit draws no target. */
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
