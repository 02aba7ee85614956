import { join } from "node:path";

import type { Layout } from "../plan/layout.js";
import { type BoxKind, tickMs } from "./box-format.js";
import { lowBits, popcount } from "./bits.js";
import { EvidenceError } from "./evidence.js";
import { addBuckets, bucketCount } from "./histogram.js";
import { checkLog } from "./log-checks.js";
import { type BoxReading, readBox } from "./read-box.js";
import { type LifeRecord, type PartitionRecord, type RunRecord, boxName, scanBoxName } from "./run-record.js";

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
  /** The same for the whole group: handlers ended is not ordered by number, so by count a tick. */
  schedule: { lagUs: Float64Array; lagMaxUs: number; sendingUntil: number };
  processing: { latencyUs: Float64Array; latencyMaxUs: number; until: number };
  /** Extra copies of messages that are in the log more than once. */
  extraCopies: number;
  log: PartitionRecord[];
}

export interface SendTime {
  /** Milliseconds since 1970. */
  at: number;
  /** Below which number every message had been sent by then. */
  next: number;
}

/** The evidence bits as the design names them. `undefined`: this run has no such witness. */
export interface EvidencePlanes {
  accepted: Uint32Array;
  rejected: Uint32Array;
  stored: Uint32Array;
  storedAgain: Uint32Array;
  /** Stored, and some copy of it is at or above the group's final position. */
  uncommitted: Uint32Array;
  fetched: Uint32Array;
  tried: Uint32Array;
  covered: Uint32Array;
  began: Uint32Array;
  beganAgain: Uint32Array;
  ended: Uint32Array;
  endedAgain: Uint32Array;
  /** Began in a life that had no acknowledged commit over it. */
  beganUncovered: Uint32Array;
}

/**
 * Reads the black boxes in `folder`, one life and one plane at a time, and merges them: a bit is set
 * when any life set it. Holds 13 bits a message, and one plane more while it reads.
 *
 * @throws EvidenceError where evidence contradicts itself; LossboundError `INPUT` where a file is missing.
 */
export async function readLedger(folder: string, layout: Layout, run: RunRecord): Promise<Ledger> {
  const plane = (): Uint32Array => new Uint32Array(layout.words);
  const ledger: Ledger = {
    layout,
    sentBelow: layout.messages.map(() => 0),
    planes: {
      accepted: plane(),
      rejected: plane(),
      stored: plane(),
      storedAgain: plane(),
      uncommitted: plane(),
      fetched: plane(),
      tried: plane(),
      covered: plane(),
      began: plane(),
      beganAgain: plane(),
      ended: plane(),
      endedAgain: plane(),
      beganUncovered: plane(),
    },
    sendTimes: layout.messages.map(() => []),
    schedule: { lagUs: new Float64Array(bucketCount), lagMaxUs: 0, sendingUntil: 0 },
    processing: { latencyUs: new Float64Array(bucketCount), latencyMaxUs: 0, until: 0 },
    extraCopies: 0,
    log: run.log,
  };
  for (const life of inOrder(run.lives)) {
    switch (life.role) {
      case "producer":
        await mergeProducerLife(ledger, folder, run.runId, life);
        break;
      case "consumer":
        await mergeConsumerLife(ledger, folder, run.runId, life);
        break;
    }
  }
  await mergeScan(ledger, folder, run.runId);
  return ledger;
}

function inOrder(lives: readonly LifeRecord[]): LifeRecord[] {
  return lives.toSorted((a, b) => a.worker - b.worker || a.life - b.life);
}

async function mergeProducerLife(ledger: Ledger, folder: string, runId: string, life: LifeRecord): Promise<void> {
  const { layout, planes } = ledger;
  const bits = layout.messages[life.worker]!;
  await using box = await readBox(join(folder, boxName(life)), { kind: "producer", runId, bits, ...life });
  const first = box.description.firstNumber;
  const next = box.counter("next");
  if (first !== ledger.sentBelow[life.worker] || next < first || next > bits) {
    throw new EvidenceError(
      "lives-continue",
      `${box.path} sent the numbers from ${first} to below ${next} of ${bits}; the life before it ended at ${ledger.sentBelow[life.worker]}`,
    );
  }
  ledger.sentBelow[life.worker] = next;
  for (const name of ["accepted", "rejected"] as const) {
    const words = await box.plane(name);
    const outside = countOutside(words, first, next);
    if (outside > 0) {
      throw new EvidenceError("lives-continue", `${box.path}: ${outside} messages are ${name} that it never sent`);
    }
    orInto(planes[name], words, layout.bases[life.worker]! / 32);
  }
  ledger.sendTimes[life.worker]!.push(...(await sendTimesOf(box)));
  addBuckets(ledger.schedule.lagUs, await box.histogram());
  ledger.schedule.lagMaxUs = Math.max(ledger.schedule.lagMaxUs, box.counter("lagMax"));
  ledger.schedule.sendingUntil = Math.max(ledger.schedule.sendingUntil, box.counter("sendingUntil"));
}

async function sendTimesOf(box: BoxReading<"producer">): Promise<SendTime[]> {
  const ticks = await box.ticks();
  const since = box.counter("sendingSince");
  const written = Math.min(box.counter("ticks"), ticks.length);
  const times = Array.from({ length: written }, (_, tick) => ({ at: since + tick * tickMs, next: ticks[tick]! }));
  return since === 0 ? [] : [...times, { at: box.counter("sendingUntil"), next: box.counter("next") }];
}

async function mergeConsumerLife(ledger: Ledger, folder: string, runId: string, life: LifeRecord): Promise<void> {
  const { planes } = ledger;
  const bits = ledger.layout.words * 32;
  await using box = await readBox(join(folder, boxName(life)), { kind: "consumer", runId, bits, ...life });
  for (const name of ["fetched", "tried"] as const) orInto(planes[name], await box.plane(name));

  // What began without cover is judged within the life: another life's commit is no excuse.
  const covered = await box.plane("covered");
  orInto(planes.covered, covered);
  const began = await box.plane("began");
  for (let word = 0; word < began.length; word++) {
    planes.beganUncovered[word]! |= began[word]! & ~covered[word]!;
  }
  orWithRepeats(planes.began, planes.beganAgain, began);
  orInto(planes.beganAgain, await box.plane("beganAgain"));
  orWithRepeats(planes.ended, planes.endedAgain, await box.plane("ended"));
  orInto(planes.endedAgain, await box.plane("endedAgain"));

  addBuckets(ledger.processing.latencyUs, await box.histogram());
  ledger.processing.latencyMaxUs = Math.max(ledger.processing.latencyMaxUs, box.counter("latencyMax"));
  ledger.processing.until = Math.max(ledger.processing.until, box.counter("processingUntil"));
}

async function mergeScan(ledger: Ledger, folder: string, runId: string): Promise<void> {
  const { planes } = ledger;
  const expected = { kind: "scan" as const, runId, worker: 0, life: 0, bits: ledger.layout.words * 32, killed: false };
  await using box: BoxReading<BoxKind & "scan"> = await readBox(join(folder, scanBoxName), expected);
  for (const name of ["stored", "storedAgain", "uncommitted"] as const) orInto(planes[name], await box.plane(name));
  ledger.extraCopies = box.counter("records") - box.counter("stored");
  checkLog({ records: box.counter("records"), stored: box.counter("stored"), storedAgain: box.counter("storedAgain") }, ledger.log);
}

function orInto(sum: Uint32Array, words: Uint32Array, from = 0): void {
  for (let word = 0; word < words.length; word++) sum[from + word]! |= words[word]!;
}

/** What is set already, by an earlier life, and now once more, has happened again. */
function orWithRepeats(sum: Uint32Array, again: Uint32Array, words: Uint32Array): void {
  for (let word = 0; word < words.length; word++) {
    again[word]! |= sum[word]! & words[word]!;
    sum[word]! |= words[word]!;
  }
}

function countOutside(words: Uint32Array, from: number, to: number): number {
  let outside = 0;
  for (let word = 0; word < words.length; word++) {
    if (words[word] === 0) continue;
    const inside = lowBits(to - word * 32) & ~lowBits(from - word * 32);
    outside += popcount(words[word]! & ~inside);
  }
  return outside;
}
