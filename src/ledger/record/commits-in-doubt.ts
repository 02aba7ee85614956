import { LossboundError } from "../../base/errors.js";
import { type FailedChunk, readEvents } from "./events.js";

/** A commit that a consumer heard no good word of: the broker may have applied it all the same. */
export interface CommitInDoubt extends FailedChunk {
  partition: number;
  /** When the consumer gave it up, milliseconds since 1970. */
  at: number;
}

/**
 * Reads them out of the event file of a run.
 *
 * @throws LossboundError `INPUT` naming the line that is not as it should be.
 */
export function readCommitsInDoubt(path: string): CommitInDoubt[] {
  return readEvents(path).flatMap(({ where, event }) => {
    if (event["event"] !== "commit-failed" || event["chunk"] === undefined) return [];
    const { at, partition } = event;
    const chunk = event["chunk"] as Partial<FailedChunk> | null;
    const numbers = [at, partition, ...fields.map((field) => chunk?.[field])];
    if (!numbers.every((value) => typeof value === "number" && Number.isFinite(value))) {
      throw new LossboundError(
        "INPUT",
        `${where}: expected a commit that failed, got ${JSON.stringify(event)}`,
      );
    }
    return [{ ...(chunk as FailedChunk), partition: partition as number, at: at as number }];
  });
}

const fields = ["worker", "life", "askedAt", "lowest", "highest"] as const satisfies (keyof FailedChunk)[];
