import { join } from "node:path";

import type { Layout } from "../plan/layout.js";
import type { Plan } from "../plan/plan.js";
import type { BoxKind } from "./box-format.js";
import { lowBits, popcount } from "./bits.js";
import { EvidenceError } from "./evidence.js";
import { addBuckets, bucketCount } from "./histogram.js";
import { checkLives } from "./life-checks.js";
import { checkLog } from "./log-checks.js";
import { takeOutputForEnds } from "./output.js";
import { type BoxReading, readBox } from "./read-box.js";
import { type LifeRecord, type PartitionRecord, type RunRecord, boxName, scanBoxName } from "./run-record.js";
import { type SendTime, sendTimesOf } from "./send-times.js";

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
  /** How far behind its schedule the sending fell, and when it ended (milliseconds since 1970). */
  schedule: { lagUs: Float64Array; lagMaxUs: number; sendingUntil: number };
  /** From the sending of a message to the end of its handler, and when the last handler ended. */
  processing: { latencyUs: Float64Array; latencyMaxUs: number; until: number };
  /** Extra copies of messages that are in the log more than once. */
  extraCopies: number;
  log: PartitionRecord[];
}

/** The evidence bits as the design names them. */
export interface EvidencePlanes {
  accepted: Uint32Array;
  rejected: Uint32Array;
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

/**
 * Reads the black boxes in `folder`, one life and one plane at a time, and merges them: a bit is set
 * when any life set it. Holds 12 bits a message, and two planes more while it reads: less than two
 * bytes a message, however many lives there were.
 *
 * @throws EvidenceError where evidence contradicts itself; LossboundError `INPUT` where a file is missing.
 */
export async function readLedger(folder: string, plan: Plan, run: RunRecord): Promise<Ledger> {
  const { layout } = plan;
  checkLives(folder, plan, run);
  const ledger: Ledger = {
    layout,
    sentBelow: layout.messages.map(() => 0),
    planes: emptyPlanes(layout),
    sendTimes: layout.messages.map(() => []),
    schedule: { lagUs: new Float64Array(bucketCount), lagMaxUs: 0, sendingUntil: 0 },
    processing: { latencyUs: new Float64Array(bucketCount), latencyMaxUs: 0, until: 0 },
    extraCopies: 0,
    log: run.log,
  };
  const reading: Reading = {
    ledger,
    plan,
    folder,
    run,
    words: new Uint32Array(layout.words),
    others: new Uint32Array(layout.words),
  };
  for (const life of inOrder(run.lives)) {
    switch (life.role) {
      case "producer":
        await mergeProducerLife(reading, life);
        break;
      case "consumer":
        await mergeConsumerLife(reading, life);
        break;
    }
  }
  await mergeScan(reading);
  if ((run.output !== null) !== (run.scenario.guarantee === "effectively-once")) {
    throw new EvidenceError(
      "run-record",
      `a run under ${run.scenario.guarantee} ${run.output === null ? "has no" : "has a"} record of the output topic`,
    );
  }
  if (run.output !== null) await takeOutputForEnds(ledger, folder, run.runId, run.output);
  return ledger;
}

/** Planes for the messages of a layout, no bit set. */
export function emptyPlanes(layout: Layout): EvidencePlanes {
  const plane = (): Uint32Array => new Uint32Array(layout.words);
  return {
    accepted: plane(),
    rejected: plane(),
    stored: plane(),
    uncommitted: plane(),
    fetched: plane(),
    tried: plane(),
    covered: plane(),
    began: plane(),
    beganAgain: plane(),
    ended: plane(),
    endedAgain: plane(),
    beganUncovered: plane(),
  };
}

interface Reading {
  ledger: Ledger;
  plan: Plan;
  folder: string;
  run: RunRecord;
  /** Room for the planes that are being read, the same for all lives. */
  words: Uint32Array;
  others: Uint32Array;
}

function inOrder(lives: readonly LifeRecord[]): LifeRecord[] {
  return lives.toSorted((a, b) => a.worker - b.worker || a.life - b.life);
}

async function mergeProducerLife({ ledger, folder, run, words }: Reading, life: LifeRecord): Promise<void> {
  const { layout, planes } = ledger;
  const bits = layout.messages[life.worker]!;
  await using box = await readBox(join(folder, boxName(life)), {
    kind: "producer",
    runId: run.runId,
    bits,
    ...life,
  });
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
    const plane = await box.plane(name, words);
    const outside = countOutside(plane, first, next);
    if (outside > 0) {
      throw new EvidenceError(
        "lives-continue",
        `${box.path}: ${outside} messages are ${name} that it never sent`,
      );
    }
    orInto(planes[name], plane, layout.bases[life.worker]! / 32);
  }
  ledger.sendTimes[life.worker]!.push(...(await sendTimesOf(box, run.startedAt)));
  addBuckets(ledger.schedule.lagUs, await box.histogram());
  ledger.schedule.lagMaxUs = Math.max(ledger.schedule.lagMaxUs, box.counter("lagMax"));
  ledger.schedule.sendingUntil = Math.max(ledger.schedule.sendingUntil, box.counter("sendingUntil"));
}

async function mergeConsumerLife(
  { ledger, folder, run, words, others }: Reading,
  life: LifeRecord,
): Promise<void> {
  const { planes } = ledger;
  const bits = ledger.layout.words * 32;
  await using box = await readBox(join(folder, boxName(life)), {
    kind: "consumer",
    runId: run.runId,
    bits,
    ...life,
  });
  for (const name of ["fetched", "tried", "beganAgain", "endedAgain", "beganUncovered"] as const) {
    orInto(planes[name], await box.plane(name, words));
  }

  // What began without cover is judged within the life: another life's commit is no excuse.
  const covered = await box.plane("covered", words);
  orInto(planes.covered, covered);
  const began = await box.plane("began", others);
  for (let word = 0; word < began.length; word++) {
    planes.beganUncovered[word]! |= began[word]! & ~covered[word]!;
  }
  orWithRepeats(planes.began, planes.beganAgain, began);
  orWithRepeats(planes.ended, planes.endedAgain, await box.plane("ended", words));

  addBuckets(ledger.processing.latencyUs, await box.histogram());
  ledger.processing.latencyMaxUs = Math.max(ledger.processing.latencyMaxUs, box.counter("latencyMax"));
  ledger.processing.until = Math.max(ledger.processing.until, box.counter("processingUntil"));
}

async function mergeScan({ ledger, plan, folder, run, words }: Reading): Promise<void> {
  const { planes } = ledger;
  const { runId } = run;
  const expected = {
    kind: "scan" as const,
    runId,
    worker: 0,
    life: 0,
    bits: ledger.layout.words * 32,
    killed: false,
  };
  await using box: BoxReading<BoxKind & "scan"> = await readBox(join(folder, scanBoxName), expected);
  for (const name of ["stored", "uncommitted"] as const) orInto(planes[name], await box.plane(name, words));
  // Which messages have extra copies decides nothing; how many copies there are, the counters say.
  await box.plane("storedAgain", words);
  ledger.extraCopies = box.counter("records") - box.counter("stored");
  const counts = {
    records: box.counter("records"),
    stored: box.counter("stored"),
    storedAgain: box.counter("storedAgain"),
    uncommitted: box.counter("uncommitted"),
  };
  checkLog(counts, ledger.log, plan);
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
