import type { Batch } from "../../kafka/driver.js";

/** Part of a batch, which is committed as one: its records from place `from` to below `to`. */
export interface Chunk {
  batch: Batch;
  from: number;
  to: number;
  /** Place of each record's message in the planes; as `sentAt`, for the whole batch. */
  indexes: Uint32Array;
  /** When it was sent, milliseconds since 1970. */
  sentAt: Float64Array;
}
