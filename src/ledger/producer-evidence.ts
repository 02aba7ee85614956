import { join } from "node:path";

import { lowBits, orInto, popcount, setBit } from "./box/bits.js";
import { EvidenceError } from "./record/evidence-error.js";
import { addBuckets } from "./box/histogram.js";
import type { EvidencePlanes, Ledger, Reading } from "./ledger.js";
import { readBox } from "./box/read-box.js";
import type { ListedRequests } from "./box/requests.js";
import { findRefused } from "./refusals.js";
import { type LifeRecord, type RunRecord, boxName, clientIdOf } from "./record/run-record.js";
import { sendTimesOf } from "./send-times.js";

export async function mergeProducerLife(
  { ledger, folder, run, words }: Reading,
  life: LifeRecord,
): Promise<void> {
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
      `${box.path}: it sent the numbers from ${first} to below ${next} of ${bits}, but the life before it ended at ${ledger.sentBelow[life.worker]}`,
    );
  }
  ledger.sentBelow[life.worker] = next;
  for (const name of ["accepted", "rejected", "handed"] as const) {
    const plane = await box.plane(name, words);
    const outside = countOutside(plane, first, next);
    if (outside > 0) {
      throw new EvidenceError(
        "lives-continue",
        `${box.path}: ${outside} messages are marked "${name}" but were not sent by this life`,
      );
    }
    orInto(planes[name], plane, layout.bases[life.worker]! / 32);
  }
  const requests = await box.requests();
  mergeRefusals(ledger, run, life, requests);
  ledger.lives.producers.push({
    record: life,
    since: box.counter("sendingSince"),
    first,
    next,
    requests,
    sends: await box.sends(),
    connections: await box.connections(),
  });
  ledger.sendTimes[life.worker]!.push(...(await sendTimesOf(box, run.startedAt)));
  addBuckets(ledger.schedule.lagUs, await box.histogram());
  ledger.schedule.lagMaxUs = Math.max(ledger.schedule.lagMaxUs, box.counter("lagMax"));
  const { stoodStillMaxMs } = ledger.schedule;
  ledger.schedule.stoodStillMaxMs = Math.max(stoodStillMaxMs, box.counter("stoodStillMax"));
  ledger.schedule.sendingUntil = Math.max(ledger.schedule.sendingUntil, box.counter("sendingUntil"));
}

function mergeRefusals(ledger: Ledger, run: RunRecord, life: LifeRecord, requests: ListedRequests): void {
  ledger.requestsUnlisted += requests.unlisted;
  const clientId = clientIdOf(run.runId, life);
  const refusals = (run.witnesses.refusals ?? []).filter((refusal) => refusal.clientId === clientId);
  const { partitions } = run.plan.scenario.topic;
  const base = ledger.layout.bases[life.worker]!;
  const { refused, behindRefused } = ledger.planes;
  findRefused({ clientId, worker: life.worker, partitions, requests }, refusals, {
    refused: (number) => setBit(refused, base + number),
    behind: (number) => setBit(behindRefused, base + number),
  });
}

/**
 * Checks that every refusal is of a producer of the run.
 *
 * @throws EvidenceError if a broker refused a request of another client.
 */
export function checkRefusals({ runId, lives, witnesses }: RunRecord): void {
  const known = new Set(
    lives.filter(({ role }) => role === "producer").map((life) => clientIdOf(runId, life)),
  );
  const stray = witnesses.refusals?.find(({ clientId }) => !known.has(clientId));
  if (stray === undefined) return;
  throw new EvidenceError(
    "requests-as-listed",
    `broker ${stray.broker} refused a request of "${stray.clientId}", which is not a producer of the run`,
  );
}

/**
 * Checks that no message behind a refused request is stored. A broker does not read further after a
 * refusal, and without retries no message is in two requests.
 *
 * @throws EvidenceError if such a message is in the log.
 */
export function checkBehind({ behindRefused, stored }: EvidencePlanes): void {
  let stray = 0;
  for (let word = 0; word < stored.length; word++) stray += popcount(behindRefused[word]! & stored[word]!);
  if (stray === 0) return;
  throw new EvidenceError(
    "requests-as-listed",
    `${stray} messages are in the log, although they followed a request that their broker refused`,
  );
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
