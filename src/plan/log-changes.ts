import type { Plan, PlannedFault } from "./plan.js";

/**
 * What a plan lets happen to the log, and to the group's positions in it. Evidence that no fault of the
 * plan can explain is a contradiction.
 */

/** Whether records may vanish: deleted, expired, gone with their topic, or cut off with a broker's death. */
export function logMayShrink({ faults }: Pick<Plan, "faults">): boolean {
  return faults.some((fault) => {
    switch (fault.kind) {
      case "broker":
        return true;
      case "topic":
        return takesRecords(fault.action.do);
      case "link":
      case "kill":
      case "pause":
      case "stop":
      case "join":
      case "oversize":
      case "reset-offsets":
        return false;
    }
  });
}

/**
 * Whether the group may be without a position in a partition: its positions were forgotten, or one that
 * lay outside the log was given up by the client.
 */
export function positionsMayVanish(plan: Pick<Plan, "faults">): boolean {
  return (
    logMayShrink(plan) ||
    plan.faults.some(({ kind }) => kind === "reset-offsets") ||
    partitionsAdded(plan) > 0
  );
}

/** How many partitions the topic may have got, behind those of the scenario: nobody sends to them. */
export function partitionsAdded({ faults }: Pick<Plan, "faults">): number {
  return faults.reduce((sum, fault) => sum + addedBy(fault), 0);
}

function addedBy(fault: PlannedFault): number {
  if (fault.kind !== "topic" || fault.action.do !== "add-partitions") return 0;
  return fault.times * fault.action.count;
}

function takesRecords(action: Extract<PlannedFault, { kind: "topic" }>["action"]["do"]): boolean {
  switch (action) {
    case "delete-records":
    case "retention":
    case "recreate":
      return true;
    case "move-leader":
    case "add-partitions":
      return false;
  }
}
