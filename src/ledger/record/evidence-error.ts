import { LossboundError } from "../../base/errors.js";

/**
 * The checks that evidence must pass before anything is concluded from it. A partition of messages
 * into fates always sums to the plan, so the sum proves nothing by itself: each of these compares
 * two things that were recorded independently.
 */
export type Check =
  /** The record of the run is as it was written. */
  | "run-record"
  /** A black box has its magic, its length, its checksum, and describes the life it is said to be of. */
  | "black-box"
  /** The bits of each plane are as many as its counter says, and those whose digest was kept. */
  | "bits-against-counters"
  /** Each row of a request is as it was stored, and they are as many as their counter says. */
  | "requests-as-listed"
  /** Each row of a send is as it was stored, and their numbers only grow. */
  | "sends-as-listed"
  /** The rows of connections are as many as were counted, and their times can be. */
  | "connections-as-listed"
  /**
   * Each worker's lives follow one another and none is missing; a producer's life begins where the one
   * before it ended, its numbers only grow, and its bits lie in its own range.
   */
  | "lives-continue"
  /** The log's records are as many as its stored bits plus extra copies, and as its offsets say. */
  | "log-against-offsets"
  /** The group's positions are within the log, and above them is what the bits say. */
  | "position-within-log"
  /** What is in the output topic is of messages whose handler ended. */
  | "output-against-handlers"
  /** Its records are as many as its bits plus extra copies, and not more than its offsets. */
  | "output-against-offsets"
  /** What the scan found in the log, the auditor who followed it has seen there. */
  | "scan-against-follower"
  /** No message has evidence that contradicts itself. */
  | "possible-evidence";

/** Evidence contradicts itself: the harness (or its files) is wrong, and there is no verdict. */
export class EvidenceError extends LossboundError {
  override readonly name = "EvidenceError";
  readonly check: Check;

  constructor(check: Check, message: string, options: { cause?: unknown } = {}) {
    super("HARNESS", `evidence fails the check ${check}: ${message}`, options);
    this.check = check;
  }
}
