import fc from "fast-check";
import { describe, expect, test } from "vitest";

import { makePlan } from "../../src/plan/plan.js";
import { palette } from "../../src/report/colors.js";
import { renderPlan } from "../../src/report/plan-text.js";
import { parseScenario } from "../../src/scenario/read.js";
import { anyText } from "./any-result.js";

const page = { palette: palette(false), width: 100 };

function planOf(faults: string, expected = "{ lost: { max: 0 } }"): string {
  const text = [
    "# What this claims.",
    "guarantee: at-most-once",
    "topic: { partitions: 3 }",
    "producers: { count: 2, rate: 1000/s, messages: 10000, size: 200B }",
    "consumers: { count: 2, commitEvery: 100, handle: 2ms }",
    `faults: [${faults}]`,
    `expect: ${expected}`,
  ].join("\n");
  return renderPlan(makePlan(parseScenario(text, "a-scenario.yaml"), 7), page);
}

/** The timeline's lines, each column apart. */
function timelineOf(text: string): string[][] {
  const [, lines = ""] = /timeline\n((?: {2}.*\n)+)/.exec(text) ?? [];
  return lines
    .trimEnd()
    .split("\n")
    .map((line) => line.trim().split(/ {2,}/));
}

describe("a plan as text", () => {
  test("says who sends what, and who reads it", () => {
    const text = planOf("");
    expect(text).toContain("a-scenario  seed 7\n  What this claims.\n");
    expect(text).toContain("2 producers, together 10,000 messages of 200B at 1000/s, in 10 s\n");
    expect(text).toContain("2 consumers, each commits 100 messages at a time and only then processes them\n");
    expect(text).toContain("the handler takes 2 ms a message\n");
  });

  test("has the faults in the order of time, whatever the order of the file", () => {
    const faults = [
      "{ at: 6s, for: 1s, on: consumer-link, down: true }",
      "{ at: 3s, for: 2s, on: producer-link, toxic: timeout }",
      "{ after: { sent: 5000 }, kill: consumer, worker: 1, restartAfter: 500ms }",
    ].join(", ");
    expect(timelineOf(planOf(faults))).toEqual([
      ["0 s", "the producers begin to send"],
      ["3 s", "timeout on producer-link, upstream, a black hole, for 2 s"],
      ["after 5,000 messages were sent", "SIGKILL of consumer 1, started again after 500 ms"],
      ["6 s", "proxy disabled on consumer-link, for 1 s"],
      ["10 s", "the last message is sent, unless something holds it up; then every fault is healed"],
    ]);
  });

  test("has a line for each occurrence, with the worker that the seed draws", () => {
    const lines = timelineOf(
      planOf("{ after: { processed: 100 }, kill: consumer, restartAfter: 1s, times: 3, every: 2s }"),
    );
    const kills = lines.filter(([, what]) => what?.startsWith("SIGKILL"));
    expect(kills.map(([moment]) => moment)).toEqual([
      "after 100 messages were processed",
      "after 100 messages were processed, 2 s later",
      "after 100 messages were processed, 4 s later",
    ]);
    expect(
      kills.every(([, what]) => /^SIGKILL of consumer [01], started again after 1 s$/.test(what ?? "")),
    ).toBe(true);
  });

  test("says which message of a chunk a kill waits for", () => {
    const text = planOf(
      "{ when: { handling: { message: 7, of: 10 } }, kill: consumer, restartAfter: 1s, times: 2 }",
    );
    expect(timelineOf(text).map(([moment]) => moment)).toContain(
      "when the handler of message 7 of a chunk of 10 has begun",
    );
    expect(text).toContain("when, for another time, the handler of message 7");
  });

  test.each([
    ["toxic: latency, latency: 50ms, jitter: 10ms", "latency 50ms, jitter 10ms"],
    ["toxic: limit_data, bytes: 20000", "bytes 20KB"],
    ["toxic: bandwidth, rate: 5KB/s", "rate 5KB/s"],
    ["toxic: reset_peer", "timeout 0ms"],
  ])("gives the attributes of %s", (toxic, words) => {
    expect(planOf(`{ at: 1s, on: producer-link, ${toxic} }`)).toContain(
      `, upstream, ${words}, until the producers have ended`,
    );
  });

  test("says what is expected in words", () => {
    const text = planOf(
      "{ at: 1s, for: 2s, on: producer-link, toxic: timeout }",
      "{ lost: { min: 1500, max: 2600 }, lostBy: { in-transit: { min: 1% } }, duplicated: { max: 0 } }",
    );
    expect(text).toContain("  lost: 1,500 to 2,600\n");
    expect(text).toContain("  lost by in-transit: at least 1% of what was sent\n");
    expect(text).toContain("  duplicated: none\n");
  });

  test("is never more than lines of printable text, whatever the scenario is called", () => {
    fc.assert(
      fc.property(anyText, anyText, fc.nat(), (name, claim, seed) => {
        const scenario = parseScenario(
          "guarantee: at-most-once\nproducers: { rate: 1000/s, messages: 1000 }\nexpect: { lost: { max: 0 } }\n",
          "some.yaml",
        );
        const text = renderPlan(makePlan({ ...scenario, name, claim }, seed), page);
        expect(text.replaceAll("\n", "")).not.toMatch(/[\p{Cc}\p{Cf}]/u);
      }),
    );
  });
});
