import type { Bound } from "./scenario.js";
import type { Fault } from "./faults.js";

/** The word that stands in a file in the place of a bound: what the faults reached in the run itself. */
export const exposedWord = "exposed";

export const toBeExposed: Bound = { min: undefined, max: undefined, exposed: true };

/**
 * Whether a run can tell how much its faults reached: by what producers and consumers wrote down, and not by the
 * log. A command writes nothing down. What brokers had stored when they failed, or took out of the log, only the
 * log can tell.
 */
export function isExposureKnown({
  producers,
  consumers,
  faults,
}: {
  producers: { command?: unknown };
  consumers: { command?: unknown };
  faults: readonly Fault[];
}): boolean {
  if (producers.command !== undefined || consumers.command !== undefined) return false;
  return faults.every((fault) => {
    switch (fault.kind) {
      case "link":
      case "kill":
      case "stop":
      case "pause":
      case "join":
      case "oversize":
        return true;
      case "reset-offsets":
        return fault.to !== "expired";
      case "topic":
        return fault.action.do === "add-partitions";
      case "broker":
        return false;
    }
  });
}
