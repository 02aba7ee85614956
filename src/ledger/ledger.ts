import type { Layout } from "../plan/layout.js";
import type { Plan } from "../plan/plan.js";
import type { ConsumerLife, ProducerLife } from "./life-evidence.js";
import type { PartitionRecord, RunRecord } from "./record/run-record.js";
import type { SendTime } from "./send-times.js";

/**
 * What all lives left behind, and the log scan, together: the evidence for every message. A plane
 * holds one bit a planned message, at the place that the layout gives it.
 */
export interface Ledger {
  layout: Layout;
  /** Below which number each producer has handed every message to the client. */
  sentBelow: number[];
  planes: EvidencePlanes;
  /** Per producer, in the order of time: below which number it had sent, at which moment. */
  sendTimes: SendTime[][];
  /**
   * How far behind its schedule the sending fell, the longest time for which a producer did not come to look at it,
   * and when the sending ended (milliseconds since 1970).
   */
  schedule: { lagUs: Float64Array; lagMaxUs: number; stoodStillMaxMs: number; sendingUntil: number };
  /** From the sending of a message to the end of its handler, and when the last handler ended. */
  processing: { latencyUs: Float64Array; latencyMaxUs: number; until: number };
  /** What the consumers did with their group: statistics, which nothing is concluded from. */
  group: { joins: number; commitsAcknowledged: number; commitsFailed: number };
  /** Extra copies of messages that are in the log more than once. */
  extraCopies: number;
  /** Whether a broker has to have a message before its send resolves: acks of 1 or all. */
  acknowledges: boolean;
  /** Produce requests that no refusal could be held against: there was no room to list them. */
  requestsUnlisted: number;
  log: PartitionRecord[];
  /** What each life left behind beside its bits: what took a message is found by it. */
  lives: { producers: ProducerLife[]; consumers: ConsumerLife[] };
}

/** The evidence bits as the design names them. */
export interface EvidencePlanes {
  accepted: Uint32Array;
  rejected: Uint32Array;
  /** Its request was handed to the kernel: what was sent and is not handed never left its process. */
  handed: Uint32Array;
  /** By a broker's log: the broker refused its request. */
  refused: Uint32Array;
  /** Its request was handed to a connection behind one that the broker refused, and closed it over. */
  behindRefused: Uint32Array;
  /** An auditor that follows the log saw it there. */
  seen: Uint32Array;
  stored: Uint32Array;
  /** Stored, and some copy of it is at or above the group's final position. */
  uncommitted: Uint32Array;
  fetched: Uint32Array;
  tried: Uint32Array;
  covered: Uint32Array;
  began: Uint32Array;
  beganAgain: Uint32Array;
  ended: Uint32Array;
  endedAgain: Uint32Array;
  /** Began in a life that had no acknowledged commit over it: none at that moment, or none at all. */
  beganUncovered: Uint32Array;
}

/** A ledger that is being made. */
export interface Reading {
  ledger: Ledger;
  plan: Plan;
  folder: string;
  run: RunRecord;
  /** Room for the planes that are being read, the same for all lives. */
  words: Uint32Array;
  others: Uint32Array;
}
