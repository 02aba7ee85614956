import type { ProcessEnd, ProcessOrder } from "./hosted-process.js";

/** What lossbound says to the warden. `request` numbers a request; a start's number names its process from then on. */
export type Request =
  | { kind: "start"; request: number; order: ProcessOrder }
  /** The folder is to be deleted when lossbound ends. Asked before the folder is made. */
  | { kind: "own"; request: number; folder: string }
  | { kind: "disown"; request: number; folder: string }
  /** For the process that start `process` began. */
  | { kind: "tell"; process: number; message: unknown }
  /** Clear everything away, and end. */
  | { kind: "end" };

/** What the warden says to lossbound. */
export type Report =
  | { kind: "ready" }
  | { kind: "started"; request: number; pid: number }
  | { kind: "noted"; request: number }
  | { kind: "refused"; request: number; why: string }
  | { kind: "told"; process: number; message: unknown }
  | { kind: "ended"; process: number; end: ProcessEnd };
