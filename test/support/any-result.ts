import fc from "fast-check";

import type { Result } from "../../src/results/result.js";
import { type Interval, formulas } from "../../src/plan/predict/prediction.js";
import { type Cause, causes } from "../../src/scenario/scenario.js";

/** Any text, including control sequences for terminals. */
export const anyText = fc.oneof(
  fc.string({ unit: "binary" }),
  fc
    .array(
      fc.constantFrom(
        "\u001b[31m",
        "\u001b]0;title\u0007",
        "\r",
        "\n",
        "\t",
        "\u009b2J",
        "\u202e",
        "\u0000",
        "a b",
      ),
    )
    .map((pieces) => pieces.join("")),
);

const count = fc.oneof(fc.nat(), fc.constant(0), fc.constant(Number.MAX_SAFE_INTEGER));
const measured = fc.oneof(fc.double(), count);
const moment = fc.option(measured, { nil: null });
const interval = fc.record({ min: count, max: count });
const verdict = fc.constantFrom("held" as const, "broken" as const, "inconclusive" as const);

function each<const N extends string>(names: readonly N[]): fc.Arbitrary<Record<N, number>> {
  return fc.record(Object.fromEntries(names.map((name) => [name, count]))) as fc.Arbitrary<Record<N, number>>;
}

/** Any result that the types allow, even if its figures make no sense. */
export const anyResult: fc.Arbitrary<Result> = fc.record({
  schema: fc.constant("lossbound.result/1" as const),
  version: anyText,
  scenario: anyText,
  claim: anyText,
  step: fc.constant(null),
  trial: fc.constant(null),
  runId: anyText,
  seed: count,
  startedAt: anyText,
  guarantee: fc.constant("at-most-once" as const),
  verdict,
  reasons: fc.array(anyText),
  doubts: fc.array(anyText),
  messages: each([
    "planned",
    "unsent",
    "sent",
    "accepted",
    "rejected",
    "stored",
    "received",
    "processed",
    "duplicated",
    "lost",
    "unread",
    "indeterminate",
  ]),
  lostBy: each(causes),
  unexplained: each(causes),
  exposed: fc.option(interval, { nil: null }),
  refusedBehind: count,
  requestsUnlisted: count,
  violations: each(["beganBeforeCommit", "beganTwice", "storedTwice"]),
  witnesses: fc.subarray(["write-callbacks" as const, "broker-log" as const, "acknowledgements" as const]),
  truncations: fc.option(
    fc.array(fc.record({ broker: count, partition: count, offset: count, at: measured }), { maxLength: 20 }),
    { nil: null },
  ),
  silentlyLost: count,
  lossRatio: measured,
  throughput: fc.record({ sentPerSecond: measured, processedPerSecond: measured }),
  scheduleLagMs: fc.record({ p99: measured, max: measured }),
  disturbances: fc.array(
    fc.record({ kind: fc.constant("late-sending" as const), ms: measured, messages: count, words: anyText }),
    { maxLength: 3 },
  ),
  latencyMs: fc.record({ p50: measured, p95: measured, p99: measured, max: measured }),
  latencyHistogram: fc.array(fc.record({ fromMs: measured, toMs: measured, count }), { maxLength: 20 }),
  faults: fc.array(
    fc.record({
      on: anyText,
      kind: anyText,
      appliedAt: moment,
      healedAt: moment,
      touched: count,
      probe: fc.option(anyText, { nil: null }),
      lostBy: each(causes),
      exposed: fc.option(interval, { nil: null }),
    }),
    { maxLength: 20 },
  ),
  prediction: fc.oneof(
    fc.record({ kind: fc.constant("unpredicted" as const), why: anyText }),
    fc.record({
      kind: fc.constant("predicted" as const),
      formula: fc.constantFrom(...formulas),
      words: anyText,
      inputs: fc.array(fc.record({ name: anyText, value: anyText })),
      lost: interval,
      lostBy: fc.record(Object.fromEntries(causes.map((cause) => [cause, interval]))) as fc.Arbitrary<
        Record<Cause, Interval>
      >,
      resolution: count,
    }),
  ),
  expectations: fc.array(
    fc.record({
      name: anyText,
      min: fc.option(count, { nil: null }),
      max: fc.option(count, { nil: null }),
      observed: count,
      verdict,
    }),
  ),
  lives: fc.array(
    fc.record({
      role: fc.constantFrom("producer" as const, "consumer" as const),
      worker: count,
      life: count,
      startedAt: moment,
      endedAt: moment,
      killed: fc.boolean(),
    }),
    { maxLength: 20 },
  ),
  timeline: fc.constant([]),
  environment: fc.record({
    kind: anyText,
    broker: anyText,
    proxy: anyText,
    client: anyText,
    node: anyText,
  }),
  repeatWith: anyText,
});
