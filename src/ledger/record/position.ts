import type { Scenario } from "../../scenario/scenario.js";
import type { PartitionRecord } from "./run-record.js";

type Reset = Scenario["consumers"]["reset"];

/**
 * The first offset that the group would be given next. A group without a position begins where its reset
 * policy says; one whose position lies before the log's start, where records were deleted below it, finds
 * nothing below that start.
 */
export function goesOnAt(
  { start, end, position }: Pick<PartitionRecord, "start" | "end" | "position">,
  reset: Reset,
): number {
  if (position === null) return reset === "latest" ? end : start;
  return Math.max(start, position);
}
