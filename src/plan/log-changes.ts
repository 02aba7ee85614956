import type { TopicAction } from "../scenario/faults.js";
import type { Plan, PlannedFault } from "./plan.js";

/**
 * What a plan lets happen to the log, and to the group's positions in it. Evidence that no fault of the
 * plan can explain is a contradiction.
 */

/** Whether records may vanish, from whichever end of the log. */
export function logMayShrink(plan: LogPlan): boolean {
  return logStartMayMove(plan) || logEndMayMoveBack(plan);
}

/** Whether a log may start late: its first records were deleted, or have expired. */
export function logStartMayMove({ faults, scenario }: LogPlan): boolean {
  const settings = [...Object.keys(scenario.topic.config), ...Object.keys(scenario.brokers.config)];
  return settings.some((name) => retains.test(name)) || faults.some((fault) => does(fault, takesFirst));
}

/** Settings that let records expire; those of how often that is looked at do not. */
const retains = /^(log\.)?(retention\.(ms|minutes|hours|bytes)|cleanup\.policy)$/;

/** Whether a log may get shorter at its end: it is cut off with a broker's death, or gone with its topic. */
export function logEndMayMoveBack({ faults }: LogPlan): boolean {
  return faults.some((fault) => fault.kind === "broker" || does(fault, takesLast));
}

/**
 * Whether the group may be without a position in a partition: it was added, its positions were forgotten,
 * or one that lay outside the log was given up by the client.
 */
export function positionMayVanish(plan: LogPlan, partition: number): boolean {
  return (
    partition >= plan.scenario.topic.partitions ||
    logMayShrink(plan) ||
    plan.faults.some(({ kind }) => kind === "reset-offsets")
  );
}

type LogPlan = Pick<Plan, "faults" | "scenario">;

/** How many partitions the topic may have got, behind those of the scenario: nobody sends to them. */
export function partitionsAdded({ faults }: Pick<LogPlan, "faults">): number {
  return faults.reduce((sum, fault) => sum + addedBy(fault), 0);
}

function addedBy(fault: PlannedFault): number {
  if (fault.kind !== "topic" || fault.action.do !== "add-partitions") return 0;
  return fault.times * fault.action.count;
}

function does(fault: PlannedFault, what: (action: TopicAction["do"]) => boolean): boolean {
  return fault.kind === "topic" && what(fault.action.do);
}

function takesFirst(action: TopicAction["do"]): boolean {
  switch (action) {
    case "delete-records":
    case "retention":
      return true;
    case "recreate":
    case "move-leader":
    case "add-partitions":
      return false;
  }
}

/**
 * What an old leader alone had stored while it handed over goes with it, too. But nobody could read it, for
 * want of a second replica: no auditor sees it by following, and no position lies behind it.
 */
function takesLast(action: TopicAction["do"]): boolean {
  switch (action) {
    case "recreate":
      return true;
    case "delete-records":
    case "retention":
    case "move-leader":
    case "add-partitions":
      return false;
  }
}
