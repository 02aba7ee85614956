import type { EvidencePlanes, Ledger } from "../../../src/ledger/ledger.js";
import { bucketCount } from "../../../src/ledger/box/histogram.js";
import { layOut } from "../../../src/plan/layout.js";

export const planeNames = [
  "accepted",
  "rejected",
  "handed",
  "refused",
  "behindRefused",
  "seen",
  "stored",
  "uncommitted",
  "fetched",
  "tried",
  "covered",
  "began",
  "beganAgain",
  "ended",
  "endedAgain",
  "beganUncovered",
] as const satisfies readonly (keyof EvidencePlanes)[];

export type Evidence = readonly (keyof EvidencePlanes)[];

/** What a producer's messages went through, one entry a message; what is beyond `sent` was never sent. */
export interface ProducerTold {
  messages: readonly Evidence[];
  /** Below which number it had sent; all, where it is not given. */
  sent?: number;
  /** Below which number it had sent, at so many milliseconds from the start; the last one closes. */
  times?: readonly (readonly [ms: number, next: number])[];
}

export const startedAt = 1_000_000;

/** A ledger as if read from black boxes, in memory. Producers take messages as evenly as a plan gives them. */
export function aLedger(producers: readonly ProducerTold[], changes: Partial<Ledger> = {}): Ledger {
  const layout = layOut(
    producers.reduce((sum, { messages }) => sum + messages.length, 0),
    producers.length,
  );
  const planes = Object.fromEntries(
    planeNames.map((name) => [name, new Uint32Array(layout.words)]),
  ) as unknown as EvidencePlanes;
  for (const [producer, { messages }] of producers.entries()) {
    if (messages.length !== layout.messages[producer])
      throw new Error(`a plan gives producer ${producer} ${layout.messages[producer]}`);
    for (const [number, evidence] of messages.entries()) {
      for (const plane of evidence) setBit(planes[plane], layout.bases[producer]! + number);
    }
  }
  const sentBelow = producers.map(({ messages, sent }) => sent ?? messages.length);
  return {
    layout,
    planes,
    sentBelow,
    sendTimes: producers.map(({ times }, producer) =>
      (times ?? [[0, sentBelow[producer]!]]).map(([ms, next]) => ({ at: startedAt + ms, next })),
    ),
    schedule: { lagUs: new Float64Array(bucketCount), lagMaxUs: 0, stoodStillMaxMs: 0, sendingUntil: 0 },
    processing: { latencyUs: new Float64Array(bucketCount), latencyMaxUs: 0, until: 0 },
    group: { joins: 0, commitsAcknowledged: 0, commitsFailed: 0 },
    extraCopies: 0,
    acknowledges: false,
    requestsUnlisted: 0,
    log: [],
    lives: { producers: [], consumers: [] },
    ...changes,
  };
}

export function setBit(plane: Uint32Array, index: number): void {
  plane[index >>> 5]! |= 1 << (index & 31);
}

export const processed: Evidence = [
  "accepted",
  "handed",
  "stored",
  "fetched",
  "tried",
  "covered",
  "began",
  "ended",
];
export const inProcessing: Evidence = [
  "accepted",
  "handed",
  "stored",
  "fetched",
  "tried",
  "covered",
  "began",
];
export const afterCommit: Evidence = ["accepted", "handed", "stored", "fetched", "tried", "covered"];
export const skipped: Evidence = ["accepted", "handed", "stored"];
export const unread: Evidence = ["accepted", "handed", "stored", "uncommitted"];
export const inTransit: Evidence = ["accepted", "handed"];
export const rejected: Evidence = ["rejected"];
export const clientBuffer: Evidence = [];
export const clientBufferAccepted: Evidence = ["accepted"];
export const inTransitUnanswered: Evidence = ["handed"];
export const refused: Evidence = ["accepted", "handed", "refused"];
export const behindRefused: Evidence = ["accepted", "handed", "behindRefused"];
export const fromLog: Evidence = ["accepted", "handed", "fetched"];
export const vanished: Evidence = ["accepted", "handed", "seen"];
export const indeterminate: Evidence = ["accepted", "handed", "fetched", "tried"];
export const duplicated: Evidence = [...processed, "beganAgain", "endedAgain"];
