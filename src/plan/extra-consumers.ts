import type { Plan, PlannedJoin } from "./plan.js";

/**
 * The index of the consumer that a `join` adds to the group: one a fault, behind those that the
 * scenario has; its occurrences are lives of it.
 */
export function joinerOf({ scenario, faults }: Plan, { index }: PlannedJoin): number {
  const before = faults.filter((fault) => fault.kind === "join" && fault.index < index);
  return scenario.consumers.count + before.length;
}

/** How many consumers may live in a run, those that joins add among them. */
export function consumersMax({ scenario, faults }: Plan): number {
  return scenario.consumers.count + faults.filter(({ kind }) => kind === "join").length;
}
