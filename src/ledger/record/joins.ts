import { LossboundError } from "../../base/errors.js";
import { readEvents } from "./events.js";

/** A consumer that joined its group, and was given its partitions. */
export interface Join {
  /** The client id of its life, as `clientIdOf` makes it. */
  who: string;
  /** Milliseconds since 1970. */
  at: number;
}

/**
 * Reads the joins of all consumers out of the event file of a run.
 *
 * @throws LossboundError `INPUT` naming the line that is not as it should be.
 */
export function readJoins(path: string): Join[] {
  return readEvents(path).flatMap(({ where, event }) => {
    const { event: kind, who, at } = event;
    if (kind !== "assigned") return [];
    if (typeof who !== "string" || typeof at !== "number" || !Number.isFinite(at))
      throw new LossboundError("INPUT", `${where}: expected a join, got ${JSON.stringify(event)}`);
    return [{ who, at }];
  });
}
