/**
 * The fates of 100,000,000 messages, from planes of evidence that are already in memory, to the
 * finished tally with its seconds: `tallyOf`, as a verdict calls it.
 */
import type { EvidencePlanes, Ledger } from "../src/ledger/ledger.js";
import { emptyPlanes } from "../src/ledger/read-ledger.js";
import { bucketCount } from "../src/ledger/box/histogram.js";
import { layOut } from "../src/plan/layout.js";
import { type Tally, tallyOf } from "../src/verdict/fates/tally.js";
import { answer } from "./child.js";

export interface FatesBench {
  messages: number;
  /** `mixed`: every word of 32 messages holds nearly every fate. `common`: one message in a thousand is lost. */
  evidence: "mixed" | "common";
  rounds: number;
}

export interface FatesCost {
  ms: number[];
  /** Different fates that were found. */
  fates: number;
  /** Bytes of evidence, and of the whole process. */
  planesBytes: number;
  processBytes: number;
  /** What `tallyOf` added to the process. */
  addedBytes: number;
}

const producers = 4;
const startedAt = 1_700_000_000_000;
const runMs = 100_000;
const tickMs = 100;

await answer(({ messages, evidence, rounds }: FatesBench): FatesCost => {
  const ledger = ledgerOf(messages, evidence === "mixed" ? mixed : common);
  const before = process.memoryUsage().rss;
  let tally: Tally = tallyOf(ledger, startedAt);
  const ms: number[] = [];
  for (let round = 0; round < rounds; round++) {
    const since = performance.now();
    tally = tallyOf(ledger, startedAt);
    ms.push(performance.now() - since);
  }
  const processBytes = process.memoryUsage().rss;
  return {
    ms,
    fates: Object.values(tally.fates).filter((count) => count > 0).length,
    planesBytes: Object.values(ledger.planes).reduce((sum, plane: Uint32Array) => sum + plane.byteLength, 0),
    processBytes,
    addedBytes: processBytes - before,
  };
});

function ledgerOf(messages: number, fill: (planes: EvidencePlanes, words: number) => void): Ledger {
  const layout = layOut(messages, producers);
  const planes = emptyPlanes(layout);
  fill(planes, layout.words);
  const ticks = runMs / tickMs;
  return {
    layout,
    planes,
    sentBelow: [...layout.messages],
    sendTimes: layout.messages.map((count) =>
      Array.from({ length: ticks + 1 }, (_, tick) => ({
        at: startedAt + tick * tickMs,
        next: Math.floor((count * tick) / ticks),
      })),
    ),
    schedule: {
      lagUs: new Float64Array(bucketCount),
      lagMaxUs: 0,
      stoodStillMaxMs: 0,
      sendingUntil: startedAt + runMs,
    },
    processing: {
      latencyUs: new Float64Array(bucketCount),
      latencyMaxUs: 0,
      until: startedAt + runMs,
    },
    group: { joins: 0, commitsAcknowledged: 0, commitsFailed: 0 },
    extraCopies: 0,
    acknowledges: false,
    requestsUnlisted: 0,
    log: [],
    lives: { producers: [], consumers: [] },
  };
}

/** Each bit by the toss of a coin among what is possible: the most that the counting can be given to do. */
function mixed(planes: EvidencePlanes, words: number): void {
  const random = xorshift(1);
  for (let word = 0; word < words; word++) {
    const a = random();
    const f = random();
    const l = random();
    const t = f & random();
    const c = t & random();
    const g = f & random();
    const h = g & random();
    const d = g & random();
    planes.accepted[word] = a;
    // Nothing is seen anywhere that did not leave its process.
    planes.handed[word] = l | f | random();
    planes.rejected[word] = ~a & random();
    planes.stored[word] = l;
    planes.uncommitted[word] = l & random();
    planes.fetched[word] = f;
    planes.tried[word] = t;
    planes.covered[word] = c;
    planes.began[word] = g;
    planes.beganAgain[word] = h;
    planes.ended[word] = d;
    planes.endedAgain[word] = d & h & random();
    planes.beganUncovered[word] = g & ~c;
  }
}

/** All is well but for one word in 32, in which one message was lost on its way to the log. */
function common(planes: EvidencePlanes, words: number): void {
  const random = xorshift(1);
  for (let word = 0; word < words; word++) {
    const lost = random() % 32 === 0 ? 1 << (random() & 31) : 0;
    planes.accepted[word] = -1;
    planes.handed[word] = -1;
    for (const name of ["stored", "fetched", "tried", "covered", "began", "ended"] as const) {
      planes[name][word] = ~lost;
    }
  }
}

/** Marsaglia's xorshift32: the same words in every run. */
function xorshift(seed: number): () => number {
  let state = seed;
  return () => {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    return state;
  };
}
