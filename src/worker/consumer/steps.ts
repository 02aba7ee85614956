import { epochMs } from "../../base/clock.js";
import type { Batch } from "../../kafka/driver.js";
import type { BlackBox } from "../../ledger/box/black-box.js";
import type { EventWriter } from "../../ledger/record/events.js";
import type { Plane } from "../../ledger/box/plane.js";
import type { Chunk } from "./chunk.js";
import type { Handling } from "./handling.js";
import type { ConsumerOrder } from "../order.js";
import type { Places } from "./places.js";

/** How a guarantee deals with a chunk. The order of the steps is what makes the guarantee. */
export interface Steps {
  /** Takes a chunk through all steps. */
  deal(chunk: Chunk): Promise<Outcome>;
  /**
   * Returns the offset at which to begin in a current batch, or `undefined` if it cannot be handled
   * now.
   */
  beginAt?(batch: Batch): Promise<number | undefined>;
  /** Called when the group assigns partitions to this member. */
  onAssigned?(partitions: readonly number[]): void;
  /** Called once, after the last batch. */
  end?(): Promise<void>;
}

export interface Outcome {
  /**
   * Whether every step was done. If not, the chunk is given up, and its position is read from the
   * broker again.
   */
  done: boolean;
  /** The error of a heartbeat meanwhile; the client gets it after the chunk. */
  heartbeatError: unknown;
}

/** The tools that the steps of every guarantee share. */
export interface Work {
  order: ConsumerOrder;
  box: BlackBox<"consumer">;
  write: EventWriter;
  places: Places;
  handling: Handling;
}

export function markAll(plane: Plane, { indexes, from, to }: Chunk): void {
  for (let index = from; index < to; index++) plane.mark(indexes[index]!);
}

/** Returns the lowest and the highest index in the planes among the messages of a chunk. */
function rangeOf({ indexes, from, to }: Chunk): { lowest: number; highest: number } {
  let [lowest, highest] = [indexes[from]!, indexes[from]!];
  for (let index = from; index < to; index++) {
    lowest = Math.min(lowest, indexes[index]!);
    highest = Math.max(highest, indexes[index]!);
  }
  return { lowest, highest };
}

/** Returns the offset behind a chunk: the group's position once the chunk is committed. */
export function offsetBehind({ batch, to }: Chunk): number {
  return batch.offsetOf(to - 1) + 1;
}

/**
 * Commits the offset behind a chunk, and marks each step as it happens. Returns whether the commit
 * was acknowledged.
 */
export async function commitChunk({ box, write, places }: Work, chunk: Chunk): Promise<boolean> {
  const { batch } = chunk;
  await places.reached("before-commit");
  markAll(box.planes.tried, chunk);
  const offset = offsetBehind(chunk);
  const askedAt = epochMs();
  const acknowledged = batch.commit(offset);
  await places.reached("in-commit");
  if (!(await acknowledged)) {
    box.add("commitsFailed", 1);
    const { worker, life } = box.description;
    const failed = { worker, life, askedAt, ...rangeOf(chunk) };
    write({ event: "commit-failed", partition: batch.partition, offset, chunk: failed });
    return false;
  }
  box.add("commitsAcknowledged", 1);
  markAll(box.planes.covered, chunk);
  await places.reached("after-commit");
  return true;
}
