import { describe, expect, test } from "vitest";

import { palette } from "../../../../src/views/layout/colors.js";
import { comparisonAsMarkdown, renderComparison } from "../../../../src/views/terminal/comparison.js";
import { aResult } from "../../../support/a-result.js";

const page = { palette: palette(false), width: 100 };

const [lossy] = [aResult({ guarantee: "at-most-once", scenario: "some-at-most-once" })];
const results = [
  {
    ...lossy,
    messages: {
      ...lossy.messages,
      sent: 20_000,
      lost: 4_020,
      duplicated: 0,
      unread: 0,
      unsent: 0,
      indeterminate: 0,
    },
    lostBy: { ...lossy.lostBy, rejected: 20, "in-transit": 4_000 },
    silentlyLost: 4_000,
    throughput: { sentPerSecond: 2_000, processedPerSecond: 1_600 },
    latencyMs: { p50: 20, p95: 70, p99: 98, max: 148 },
    repeatWith: "lossbound compare some.yaml --seed 7",
  },
  {
    ...lossy,
    guarantee: "at-least-once" as const,
    scenario: "some-at-least-once",
    verdict: "broken" as const,
    reasons: ["lost: 3 is outside 0 to 0"],
    messages: {
      ...lossy.messages,
      sent: 20_000,
      lost: 0,
      duplicated: 130,
      unread: 5,
      unsent: 0,
      indeterminate: 0,
    },
    lostBy: Object.fromEntries(Object.keys(lossy.lostBy).map((cause) => [cause, 0])) as typeof lossy.lostBy,
    silentlyLost: 0,
    throughput: { sentPerSecond: 1_900, processedPerSecond: 1_800 },
    latencyMs: { p50: 25, p95: 70, p99: 2_100, max: 2_148 },
  },
];

function rowsOf(text: string): Record<string, string[]> {
  const rows = text.split("\n").map((line) => line.trim().split(/ {2,}/));
  return Object.fromEntries(rows.map(([name, ...cells]) => [name, cells]));
}

test("a cause that is bounded under any guarantee has a row, even with no losses", () => {
  const bounded = { name: "lostBy.log", min: null, max: 0, observed: 0, verdict: "held" as const };
  const rows = (expectations: typeof lossy.expectations) =>
    rowsOf(renderComparison("some", [results[0]!, { ...results[1]!, expectations }], "results", page));
  expect(rows([bounded])["lost by log"]).toEqual(["0", "0"]);
  expect(rows([])["lost by log"]).toBeUndefined();
});

describe("three guarantees on a terminal", () => {
  const text = renderComparison("some", results, "results", page);

  test("have a column each", () => {
    expect(rowsOf(text)).toMatchObject({
      "at-most-once": ["at-least-once"],
      verdict: [results[0]!.verdict, "broken"],
      sent: ["20,000", "20,000"],
      lost: ["4,020", "0"],
      "lost by rejected": ["20", "0"],
      "lost by in-transit": ["4,000", "0"],
      "lost silently": ["4,000", "0"],
      duplicated: ["0", "130"],
      "sent per second": ["2,000/s", "1,900/s"],
      "processed per second": ["1,600/s", "1,800/s"],
      "latency p50": ["20 ms", "25 ms"],
      "latency p99": ["98 ms", "2.10 s"],
    });
  });

  test("have a row only for counts that are not 0 in all of them", () => {
    expect(text).not.toContain("lost by log");
    expect(text).not.toContain("unsent");
    expect(rowsOf(text)["unread"]).toEqual(["0", "5"]);
  });

  test("show the reasons of a broken verdict, the paths of its files, and the command to rerun it", () => {
    expect(text).toContain("\n  at-least-once: lost: 3 is outside 0 to 0\n");
    expect(text).toContain("\n  rerun with  lossbound compare some.yaml --seed 7\n");
    expect(text).toContain("\n  files       results/some-at-least-once\n");
  });
});

test("the Markdown of three guarantees has the same table", () => {
  const markdown = comparisonAsMarkdown("some", results);
  expect(markdown).toMatch(
    /^# some under each guarantee\n\n\| {2}\| at-most-once \| at-least-once \|\n\| --- \| ---: \| ---: \|\n/,
  );
  expect(markdown).toContain("\n| lost by in-transit | 4,000 | 0 |\n");
  expect(markdown).toContain("\n- at-least-once: lost: 3 is outside 0 to 0\n");
  expect(markdown).toContain("\n    lossbound compare some.yaml --seed 7\n");
});

test("text of a result cannot break out of its table cell or contain control characters", () => {
  const evil = [
    {
      ...results[0]!,
      verdict: "broken" as const,
      reasons: ["a | b\n\u001b[31m<script>"],
      repeatWith: "x\u0007y",
    },
  ];
  expect(comparisonAsMarkdown("so|me", evil)).toContain("- at-most-once: a \\| b \\<script>\n");
  expect(comparisonAsMarkdown("so|me", evil)).toMatch(/^# so\\\|me under/);
  const text = renderComparison("some", evil, "out", page);
  expect(text.replaceAll("\n", "")).not.toMatch(/[\p{Cc}\p{Cf}]/u);
});
