import type { Bound, Expect } from "./scenario.js";

/**
 * Whether any run could miss what is claimed. `min: 0` and `max: 100%` always hold, and a scenario that
 * claims no more than that would be green whatever happened.
 */
export function canBeMissed({
  lost,
  silentlyLost,
  lostBy,
  duplicated,
}: Pick<Expect, "lost" | "silentlyLost" | "lostBy"> & { duplicated?: Bound | undefined }): boolean {
  const bounds = [lost, silentlyLost, ...Object.values(lostBy), duplicated];
  return bounds.some((bound) => bound !== undefined && !alwaysHolds(bound));
}

function alwaysHolds({ min, max, predicted, exposed }: Bound): boolean {
  if (predicted === true || exposed === true) return false;
  return (min?.value ?? 0) === 0 && (max === undefined || (max.kind === "share" && max.value >= 1));
}
