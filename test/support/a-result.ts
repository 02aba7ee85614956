import type { Interval } from "../../src/plan/predict/prediction.js";
import type { Result } from "../../src/results/result.js";
import { type Cause, causes } from "../../src/scenario/scenario.js";

/**
 * Returns a black hole that held: 4,010 of 20,000 lost in transit. A test sets only relevant
 * fields.
 */
export function aResult(given: Partial<Result> = {}): Result {
  return {
    schema: "lossbound.result/1",
    version: "0.1.0",
    scenario: "producer-blackhole",
    claim: "Messages sent into a black hole are lost without an error.",
    step: null,
    trial: null,
    runId: "0123456789abcdef0123456789abcdef",
    seed: 7,
    startedAt: "2026-01-02T03:04:05.678Z",
    guarantee: "at-most-once",
    verdict: "held",
    reasons: [],
    doubts: [],
    messages: {
      planned: 20_000,
      unsent: 0,
      sent: 20_000,
      accepted: 20_000,
      rejected: 0,
      stored: 15_990,
      received: 15_990,
      processed: 15_990,
      duplicated: 0,
      lost: 4_010,
      unread: 0,
      indeterminate: 0,
    },
    lostBy: noLoss({ "in-transit": 4_010 }),
    unexplained: noLoss(),
    exposed: { min: 4_000, max: 4_240 },
    refusedBehind: 0,
    requestsUnlisted: 0,
    violations: { beganBeforeCommit: 0, beganTwice: 0, storedTwice: 0 },
    witnesses: ["write-callbacks"],
    truncations: [],
    silentlyLost: 4_010,
    lossRatio: 0.2005,
    throughput: { sentPerSecond: 2_000, processedPerSecond: 1_599 },
    scheduleLagMs: { p99: 2, max: 5.5 },
    disturbances: [],
    latencyMs: { p50: 3, p95: 8, p99: 12, max: 2_150 },
    latencyHistogram: [
      { fromMs: 2.56, toMs: 3.072, count: 9_000 },
      { fromMs: 3.072, toMs: 3.584, count: 6_990 },
    ],
    faults: [
      {
        on: "producer-link",
        kind: "timeout",
        appliedAt: 3_002,
        healedAt: 5_004,
        touched: 1,
        probe: "no answer in 500 ms",
        lostBy: noLoss({ "in-transit": 4_010 }),
        exposed: { min: 4_000, max: 4_240 },
      },
    ],
    expectations: [{ name: "lost", min: 3_500, max: 4_600, observed: 4_010, verdict: "held" }],
    prediction: {
      kind: "predicted",
      formula: "black-hole",
      words: "what is sent while the link swallows everything: rate × time",
      inputs: [{ name: "rate", value: "2000/s" }],
      lost: { min: 4_000, max: 4_040 },
      lostBy: predictedBy((cause) =>
        cause === "in-transit" ? { min: 4_000, max: 4_040 } : { min: 0, max: 0 },
      ),
      resolution: 40,
    },
    lives: [
      { role: "producer", worker: 0, life: 0, startedAt: -420, endedAt: 10_080, killed: false },
      { role: "consumer", worker: 0, life: 0, startedAt: -1_800, endedAt: 12_000, killed: false },
    ],
    timeline: [{ second: 0, sent: 2_000, processed: 1_990, lostBy: noLoss() }],
    environment: {
      kind: "local",
      broker: "4.1.0",
      proxy: "2.12.0",
      client: "kafkajs 2.2.4",
      node: "20.20.2",
    },
    repeatWith: "lossbound run --seed 7 scenarios/producer-blackhole.yaml",
    ...given,
  };
}

export function noLoss(but: Partial<Result["lostBy"]> = {}): Result["lostBy"] {
  return {
    rejected: 0,
    "client-buffer": 0,
    "in-transit": 0,
    refused: 0,
    log: 0,
    skipped: 0,
    "after-commit": 0,
    "in-processing": 0,
    ...but,
  };
}

function predictedBy(of: (cause: Cause) => Interval): Record<Cause, Interval> {
  return Object.fromEntries(causes.map((cause) => [cause, of(cause)])) as Record<Cause, Interval>;
}
