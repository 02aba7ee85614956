import { formatLimit } from "../../scenario/quantities.js";
import type { Bound, Limit } from "../../scenario/scenario.js";
import { formatCount } from "../layout/numbers.js";

/**
 * Formats a bound: `what the faults reach`, `none`, `at least 5`, `3,500 to 4,600`, `at most 2% of
 * what was sent`.
 */
export function boundInWords({ predicted, exposed, ...ends }: Bound): string {
  if (exposed) return "what the faults reach";
  return predicted ? `${endsInWords(ends)}, as predicted` : endsInWords(ends);
}

function endsInWords({ min, max }: Bound): string {
  const least = min && limitInWords(min);
  const most = max && limitInWords(max);
  if (most === "0") return "none";
  if (least === undefined) return most === undefined ? "any number" : `at most ${most}`;
  if (most === undefined) return `at least ${least}`;
  return least === most ? `exactly ${least}` : `${least} to ${most}`;
}

function limitInWords(limit: Limit): string {
  switch (limit.kind) {
    case "count":
      return formatCount(limit.value);
    case "share":
      return `${formatLimit(limit)} of what was sent`;
  }
}
