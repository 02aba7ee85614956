import { join } from "node:path";

import type { Layout } from "../plan/layout.js";
import type { Plan } from "../plan/plan.js";
import { readAuditorBox } from "./box/auditor-box.js";
import { orInto } from "./box/bits.js";
import { EvidenceError } from "./record/evidence-error.js";
import { readFollowed } from "./follow.js";
import { addBuckets, bucketCount } from "./box/histogram.js";
import type { EvidencePlanes, Ledger, Reading } from "./ledger.js";
import { consumerLifeOf } from "./life-evidence.js";
import { checkLives } from "./life-checks.js";
import { checkLog } from "./log-checks.js";
import { replaceEndsByOutput } from "./output.js";
import { checkBehind, checkRefusals, mergeProducerLife } from "./producer-evidence.js";
import { readBox } from "./box/read-box.js";
import { type LifeRecord, type RunRecord, boxName } from "./record/run-record.js";

/**
 * Reads the black boxes in `folder`, one life and one plane at a time, and merges them: a bit is
 * set if any life set it. Memory is 16 bits per message, plus two planes while it reads, regardless
 * of the number of lives. A plane without any bit set takes no memory.
 *
 * @throws EvidenceError if the evidence contradicts itself; LossboundError `INPUT` if a file is
 *   missing.
 */
export async function readLedger(folder: string, plan: Plan, run: RunRecord): Promise<Ledger> {
  const { layout } = plan;
  checkLives(folder, plan, run);
  const ledger: Ledger = {
    layout,
    sentBelow: layout.messages.map(() => 0),
    planes: emptyPlanes(layout),
    sendTimes: layout.messages.map(() => []),
    schedule: { lagUs: new Float64Array(bucketCount), lagMaxUs: 0, stoodStillMaxMs: 0, sendingUntil: 0 },
    processing: { latencyUs: new Float64Array(bucketCount), latencyMaxUs: 0, until: 0 },
    group: { joins: 0, commitsAcknowledged: 0, commitsFailed: 0 },
    extraCopies: 0,
    acknowledges: run.plan.scenario.producers.acks !== 0,
    requestsUnlisted: 0,
    log: run.log,
    lives: { producers: [], consumers: [] },
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
  checkRefusals(run);
  await mergeScan(reading);
  if (run.witnesses.followed) await readFollowed(ledger, folder, run);
  if ((run.output !== null) !== (run.plan.scenario.guarantee === "effectively-once")) {
    throw new EvidenceError(
      "run-record",
      `a run under ${run.plan.scenario.guarantee} must ${run.output === null ? "" : "not "}have a record of the output topic`,
    );
  }
  if (run.output !== null) await replaceEndsByOutput(ledger, folder, run.runId, run.output);
  return ledger;
}

/** Returns planes for the messages of a layout, with no bit set. */
export function emptyPlanes(layout: Layout): EvidencePlanes {
  const plane = (): Uint32Array => new Uint32Array(layout.words);
  return {
    accepted: plane(),
    rejected: plane(),
    handed: plane(),
    refused: plane(),
    behindRefused: plane(),
    seen: plane(),
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

function inOrder(lives: readonly LifeRecord[]): LifeRecord[] {
  return lives.toSorted((a, b) => a.worker - b.worker || a.life - b.life);
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

  // Commits count within the life only: a commit of another life does not excuse an uncovered
  // beginning.
  const covered = await box.plane("covered", words);
  orInto(planes.covered, covered);
  const began = await box.plane("began", others);
  for (let word = 0; word < began.length; word++) {
    const uncovered = began[word]! & ~covered[word]!;
    if (uncovered !== 0) planes.beganUncovered[word]! |= uncovered;
  }
  mergeWithRepeats(planes.began, planes.beganAgain, began);
  mergeWithRepeats(planes.ended, planes.endedAgain, await box.plane("ended", words));
  // No conclusion rests on connections, but a box that contradicts itself cannot be trusted.
  await box.connections();
  ledger.lives.consumers.push(await consumerLifeOf(life, box, { words, others }));

  for (const name of ["joins", "commitsAcknowledged", "commitsFailed"] as const) {
    ledger.group[name] += box.counter(name);
  }
  addBuckets(ledger.processing.latencyUs, await box.histogram());
  ledger.processing.latencyMaxUs = Math.max(ledger.processing.latencyMaxUs, box.counter("latencyMax"));
  ledger.processing.until = Math.max(ledger.processing.until, box.counter("processingUntil"));
}

async function mergeScan({ ledger, plan, folder, run, words }: Reading): Promise<void> {
  const { planes } = ledger;
  await using box = await readAuditorBox(folder, "scan", { runId: run.runId, layout: ledger.layout });
  for (const name of ["stored", "uncommitted"] as const) orInto(planes[name], await box.plane(name, words));
  // Read only to be checked: the number of extra copies comes from the counters.
  await box.plane("storedAgain", words);
  ledger.extraCopies = box.counter("records") - box.counter("stored");
  const counts = {
    records: box.counter("records"),
    stored: box.counter("stored"),
    storedAgain: box.counter("storedAgain"),
    uncommitted: box.counter("uncommitted"),
  };
  checkLog(counts, ledger.log, plan);
  if (run.plan.scenario.producers.retries === 0) checkBehind(planes);
}

/** Merges bits into `sum`; a bit that an earlier life had set already is also set in `again`. */
function mergeWithRepeats(sum: Uint32Array, again: Uint32Array, words: Uint32Array): void {
  for (let word = 0; word < words.length; word++) {
    const repeated = sum[word]! & words[word]!;
    if (repeated !== 0) again[word]! |= repeated;
    if (words[word] !== 0) sum[word]! |= words[word]!;
  }
}
