import type { ProcessEnd, ProcessOrder } from "./hosted-process.js";

/**
 * A message from lossbound to the warden. `request` is the number of the request; the number of a
 * `start` identifies its process from then on.
 */
export type Request =
  | { kind: "start"; request: number; order: ProcessOrder }
  /** Delete the folder when lossbound ends. Sent before the folder is created. */
  | { kind: "own"; request: number; folder: string }
  | { kind: "disown"; request: number; folder: string }
  /** Pass the message on to the process that the request number `process` started. */
  | { kind: "send"; process: number; message: unknown }
  /** Kill all processes, delete all folders, and exit. */
  | { kind: "end" };

/** A message from the warden to lossbound. */
export type Report =
  | { kind: "ready" }
  | { kind: "started"; request: number; pid: number }
  | { kind: "noted"; request: number }
  | { kind: "refused"; request: number; why: string }
  | { kind: "received"; process: number; message: unknown }
  | { kind: "ended"; process: number; end: ProcessEnd };
