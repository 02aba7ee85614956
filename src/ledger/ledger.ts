import type { Layout } from "../plan/layout.js";
import type { Plan } from "../plan/plan.js";
import type { ConsumerLife, ProducerLife } from "./life-evidence.js";
import type { PartitionRecord, RunRecord } from "./record/run-record.js";
import type { SendTime } from "./send-times.js";

/**
 * The evidence for every message: the boxes of all lives, merged with the log scan. A plane holds
 * one bit per planned message, at the index that the layout assigns.
 */
export interface Ledger {
  layout: Layout;
  /** The number below which each producer has given every message to the client. */
  sentBelow: number[];
  planes: EvidencePlanes;
  /** Per producer, in order of time: the number below which it had sent every message. */
  sendTimes: SendTime[][];
  /**
   * How far the sending fell behind its schedule, and the longest time for which a producer did not
   * look at it. `sendingUntil` is the end of the sending, in milliseconds since 1970.
   */
  schedule: { lagUs: Float64Array; lagMaxUs: number; stoodStillMaxMs: number; sendingUntil: number };
  /**
   * The time from a message's sending to the end of its handler, and when the last handler ended.
   */
  processing: { latencyUs: Float64Array; latencyMaxUs: number; until: number };
  /** Statistics of the consumer group; no conclusion rests on them. */
  group: { joins: number; commitsAcknowledged: number; commitsFailed: number };
  /** Extra copies of messages that are in the log more than once. */
  extraCopies: number;
  /** Whether a broker must have a message before its send resolves: acks of 1 or all. */
  acknowledges: boolean;
  /**
   * Produce requests that no refusal could be matched with, because the box had no room to list
   * them.
   */
  requestsUnlisted: number;
  log: PartitionRecord[];
  /** The rest of each life's evidence, which shows what took a message. */
  lives: { producers: ProducerLife[]; consumers: ConsumerLife[] };
}

/** The planes of evidence, named as in the design. */
export interface EvidencePlanes {
  accepted: Uint32Array;
  rejected: Uint32Array;
  /**
   * Its request was handed to the kernel. A message that was sent but not handed over never left
   * its process.
   */
  handed: Uint32Array;
  /** A broker refused its request, according to that broker's log. */
  refused: Uint32Array;
  /**
   * Its request followed one that the broker refused on the same connection, which the broker then
   * closed.
   */
  behindRefused: Uint32Array;
  /** An auditor that followed the log saw it there. */
  seen: Uint32Array;
  stored: Uint32Array;
  /** It is stored, and a copy of it is at or above the group's final position. */
  uncommitted: Uint32Array;
  fetched: Uint32Array;
  tried: Uint32Array;
  covered: Uint32Array;
  began: Uint32Array;
  beganAgain: Uint32Array;
  ended: Uint32Array;
  endedAgain: Uint32Array;
  /**
   * Its handler began in a life without an acknowledged commit over it, at that moment or at all.
   */
  beganUncovered: Uint32Array;
}

/** A ledger that is being read. */
export interface Reading {
  ledger: Ledger;
  plan: Plan;
  folder: string;
  run: RunRecord;
  /** Space for the planes that are being read, reused for all lives. */
  words: Uint32Array;
  others: Uint32Array;
}
