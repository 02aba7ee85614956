import { isWorker } from "./windows.js";
import { formatCount } from "../layout/numbers.js";
import type { FaultResult } from "../../results/result.js";

/** Describes what a fault touched: `2 connections`, `1 process`. */
export function touchedInWords(fault: Pick<FaultResult, "on" | "kind" | "touched">): string {
  const { touched } = fault;
  const [one, many] = countedBy(fault);
  return touched === 0 ? "nothing" : `${formatCount(touched)} ${touched === 1 ? one : many}`;
}

/**
 * Returns the unit of a fault's count. Targets are named as in the event file: `producer-link` for
 * a link, `consumer 0` for a worker.
 */
function countedBy({ on, kind }: Pick<FaultResult, "on" | "kind">): readonly [one: string, many: string] {
  if (kind === "oversize") return ["message", "messages"];
  if (kind === "join") return ["member", "members"];
  if (kind === "recreate") return ["topic", "topics"];
  if (isWorker(on)) return ["process", "processes"];
  if (/^(producer|consumer)-link/.test(on))
    return kind === "down" ? ["connection or dial", "connections and dials"] : ["connection", "connections"];
  return ["partition", "partitions"];
}
