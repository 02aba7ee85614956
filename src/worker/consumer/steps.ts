import { epochMs } from "../../base/clock.js";
import type { Batch } from "../../kafka/driver.js";
import type { BlackBox } from "../../ledger/box/black-box.js";
import type { EventWriter } from "../../ledger/record/events.js";
import type { Plane } from "../../ledger/box/plane.js";
import type { Chunk } from "./chunk.js";
import type { Handling } from "./handling.js";
import type { ConsumerOrder } from "../order.js";
import type { Places } from "./places.js";

/** What a guarantee makes of a chunk. The order of its steps is the guarantee. */
export interface Steps {
  /** Deals with a chunk from its first step to its last. */
  deal(chunk: Chunk): Promise<Outcome>;
  /** From which offset on a current batch is to be dealt with; `undefined`: it cannot be now. */
  beginAt?(batch: Batch): Promise<number | undefined>;
  /** The group gave this member these partitions. */
  onAssigned?(partitions: readonly number[]): void;
  /** Nothing more will come. */
  end?(): Promise<void>;
}

export interface Outcome {
  /** Every step was done. False: the chunk is given up, and its position taken from the broker again. */
  done: boolean;
  /** What a heartbeat threw meanwhile: the client is to hear of it when the chunk is dealt with. */
  heartbeatError: unknown;
}

/** What the steps of every guarantee are made of. */
export interface Work {
  order: ConsumerOrder;
  box: BlackBox<"consumer">;
  write: EventWriter;
  places: Places;
  handling: Handling;
}

export function markAll(plane: Plane, { indexes, from, to }: Chunk): void {
  for (let place = from; place < to; place++) plane.mark(indexes[place]!);
}

/** Between which places of the planes the messages of a chunk lie. */
function placesOf({ indexes, from, to }: Chunk): { lowest: number; highest: number } {
  let [lowest, highest] = [indexes[from]!, indexes[from]!];
  for (let place = from; place < to; place++) {
    lowest = Math.min(lowest, indexes[place]!);
    highest = Math.max(highest, indexes[place]!);
  }
  return { lowest, highest };
}

/** The offset behind a chunk: the group's position when it is committed. */
export function offsetBehind({ batch, to }: Chunk): number {
  return batch.offsetOf(to - 1) + 1;
}

/** Commits the offset behind a chunk; true when that was acknowledged. Marks what is known of it, as it becomes known. */
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
    const failed = { worker, life, askedAt, ...placesOf(chunk) };
    write({ event: "commit-failed", partition: batch.partition, offset, chunk: failed });
    return false;
  }
  box.add("commitsAcknowledged", 1);
  markAll(box.planes.covered, chunk);
  await places.reached("after-commit");
  return true;
}
