import { causes } from "../../scenario/scenario.js";
import { sumOf } from "../../verdict/culprits/culprits.js";
import { formatCount } from "../layout/numbers.js";
import type { FaultResult, Result } from "../../results/result.js";

/**
 * Describes what one occurrence of a fault took: `4,020 in-transit`, `1 in-processing, 39
 * after-commit`, `nothing`.
 */
export function tookInWords({ lostBy }: Pick<FaultResult, "lostBy">): string {
  const parts = causes
    .filter((cause) => lostBy[cause] > 0)
    .map((cause) => `${formatCount(lostBy[cause])} ${cause}`);
  return parts.length === 0 ? "nothing" : parts.join(", ");
}

/** Counts the lost messages that no fault explains. */
export function unexplainedIn({ unexplained }: Pick<Result, "unexplained">): number {
  return sumOf(unexplained);
}
