import type { PlannedFault } from "./plan.js";

/** Whether a fault makes the group of the consumers share its partitions out anew, or can do so. */
export function movesGroup(fault: PlannedFault): boolean {
  switch (fault.kind) {
    case "link":
      return fault.on === "consumer-link";
    case "kill":
    case "stop":
    case "pause":
      return fault.role === "consumer";
    case "topic":
      // Consumers join again when they hear of the partitions.
      return fault.action.do === "add-partitions" || fault.action.do === "recreate";
    case "oversize":
      return false;
    case "join":
    case "reset-offsets":
    case "broker":
      return true;
  }
}
