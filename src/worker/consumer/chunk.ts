import type { Batch } from "../../kafka/driver.js";

/**
 * The part of a batch that one commit covers: its records from index `from` up to, but not
 * including, `to`.
 */
export interface Chunk {
  batch: Batch;
  from: number;
  to: number;
  /** The index of each record's message in the planes. Like `sentAt`, it covers the whole batch. */
  indexes: Uint32Array;
  /** The time of each sending, in milliseconds since 1970; NaN if unknown. */
  sentAt: Float64Array;
}
