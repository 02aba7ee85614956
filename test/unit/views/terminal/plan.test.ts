import fc from "fast-check";
import { describe, expect, test } from "vitest";

import { makePlan } from "../../../../src/plan/plan.js";
import { palette } from "../../../../src/views/layout/colors.js";
import { renderPlan } from "../../../../src/views/terminal/plan.js";
import { parseScenario } from "../../../../src/scenario/file/read.js";
import { anyText } from "../../../support/any-result.js";

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

/** Renders a plan with other lines for the cluster and the producers. */
function planIn(cluster: string, faults: string, producers: string): string {
  const text = `guarantee: at-most-once\n${cluster}\n${producers}\nfaults: [${faults}]\nexpect: { lost: 0 }\n`;
  return renderPlan(makePlan(parseScenario(text, "a-scenario.yaml"), 7), page);
}

/** Returns the lines of the timeline, split into columns. */
function timelineOf(text: string): string[][] {
  const [, lines = ""] = /timeline\n((?: {2}.*\n)+)/.exec(text) ?? [];
  return lines
    .trimEnd()
    .split("\n")
    .map((line) => line.trim().split(/ {2,}/));
}

describe("a plan as text", () => {
  test("describes the producers and the consumers", () => {
    const text = planOf("");
    expect(text).toContain("a-scenario  seed 7\n  What this claims.\n");
    expect(text).toContain("2 producers: 10,000 messages of 200B at 1000/s in total, over 10 s\n");
    expect(text).toContain("2 consumers, each commits 100 messages at a time and only then processes them\n");
    expect(text).toContain("the handler takes 2 ms per message\n");
  });

  test("shows the predicted loss with its formula and inputs, or why it is not predicted", () => {
    const hole = planOf("{ at: 3s, for: 2s, on: producer-link, toxic: timeout }");
    expect(hole).toContain("predicted\n  lost: 2,000 to 2,020\n  lost by in-transit: 2,000 to 2,020\n");
    expect(hole).toContain("  black-hole: what is sent while the link swallows everything: rate × time");
    expect(hole).toContain("  inputs: rate 1000/s, time 2s, edges 0ms to 20ms\n");
    expect(planOf("")).toContain("predicted\n  lost: none\n  no-loss: nothing goes wrong");
    expect(planOf("{ at: 3s, on: consumer-link, down: true }")).toContain(
      "predicted\n  not predicted: what the consumers wait for when a fault falls on their link is not known\n",
    );
  });

  test("lists faults in order of time, not in the order of the file", () => {
    const faults = [
      "{ at: 6s, for: 1s, on: consumer-link, down: true }",
      "{ at: 3s, for: 2s, on: producer-link, toxic: timeout }",
      "{ after: { sent: 5000 }, kill: consumer, worker: 1, restartAfter: 500ms }",
    ].join(", ");
    expect(timelineOf(planOf(faults))).toEqual([
      ["0 s", "the producers start sending"],
      ["3 s", "timeout on producer-link, upstream, a black hole, for 2 s"],
      ["after 5,000 messages were sent", "SIGKILL to consumer 1, restarted after 500 ms"],
      ["6 s", "proxy disabled on consumer-link, for 1 s"],
      ["10 s", "the last message is sent, unless something delays it"],
      ["then", "links and brokers are healed"],
      ["then", "the consumers read to the end of the log"],
      ["until then", "faults on consumers, the group or the topic may still occur"],
    ]);
  });

  const [healed, readOn, mayFall] = [
    ["then", "links and brokers are healed"],
    ["then", "the consumers read to the end of the log"],
    ["until then", "faults on consumers, the group or the topic may still occur"],
  ];

  test.each([
    ["", [readOn]],
    ["{ at: 3s, kill: producer, restartAfter: 1s }", [readOn]],
    ["{ at: 3s, for: 1s, on: producer-link, down: true }", [healed, readOn]],
    ["{ at: 3s, kill: consumer, restartAfter: 1s }", [readOn, mayFall]],
  ])("shows what follows the sending, with the faults [%s]", (faults, after) => {
    const lines = timelineOf(planOf(faults));
    const last = lines.findIndex(([, what]) => what?.startsWith("the last message is sent"));
    expect(lines.slice(last + 1)).toEqual(after);
  });

  test("has a line for each occurrence, with the worker drawn by the seed", () => {
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
      kills.every(([, what]) => /^SIGKILL to consumer [01], restarted after 1 s$/.test(what ?? "")),
    ).toBe(true);
  });

  test("shows which message of a chunk a kill waits for", () => {
    const text = planOf(
      "{ when: { handling: { message: 7, of: 10 } }, kill: consumer, restartAfter: 1s, times: 2 }",
    );
    expect(timelineOf(text).map(([moment]) => moment)).toContain(
      "when the handler of message 7 of a chunk of 10 has begun",
    );
    expect(text).toContain("the next time the handler of message 7");
  });

  test.each([
    ["before-commit", "when it is about to commit"],
    ["in-commit", "when its commit is in flight"],
    ["after-commit", "when it has just committed"],
    ["during-rebalance", "when its group is rebalancing"],
  ])("shows where a consumer is paused: %s", (moment, words) => {
    expect(timelineOf(planOf(`{ when: ${moment}, pause: consumer, worker: 1, for: 2s }`))).toContainEqual([
      words,
      "SIGSTOP to consumer 1 for 2 s",
    ]);
  });

  test.each([
    ["stop: producer, worker: 0, restartAfter: 1s", "SIGTERM to producer 0, restarted after 1 s"],
    ["stop: producer, worker: 0", "SIGTERM to producer 0, not restarted"],
    ["kill: broker, broker: leader, for: 2s", "SIGKILL to the leader of partition 0, restarted after 2 s"],
    ["stop: broker, broker: 1", "SIGTERM to broker 1, restarted when the producers end"],
    [
      "pause: broker, broker: follower, partition: 2, for: 1s",
      "SIGSTOP to a follower of partition 2, resumed after 1 s",
    ],
    [
      "on: producer-link, toxic: timeout, stream: both, broker: 2, for: 1s",
      "timeout on producer-link to broker 2, both ways, a black hole, for 1 s",
    ],
    [
      "on: consumer-link, down: true, broker: leader",
      "proxy disabled on consumer-link to the leader of partition 0, until the producers end",
    ],
    ["join: consumer, for: 1s", "one more consumer joins the group for 1 s"],
    ["oversize: 1200KB", "one message of 1200KB from producer 0"],
    ["deleteRecords: all", "all records of every partition are deleted"],
    ["deleteRecords: { upTo: 50, partition: 1 }", "the records below offset 50 of partition 1 are deleted"],
    ["retention: 500ms", "the topic's retention is set to 500 ms until records are deleted"],
    ["recreateTopic: true", "the topic is deleted and created again, empty"],
    ["moveLeader: { partition: 1 }", "partition 1 gets a new leader, while the old one keeps running"],
    ["addPartitions: 1", "the topic gets 1 more partition"],
    ["resetOffsets: earliest", "the group's committed offsets are reset to the earliest"],
    ["resetOffsets: expired", "the group's committed offsets are deleted, as if they had expired"],
  ])("describes what %s does", (fault, words) => {
    const cluster = "brokers: { count: 3 }\ntopic: { partitions: 3, replicationFactor: 3 }";
    const text = planIn(cluster, `{ at: 1s, ${fault} }`, "producers: { rate: 1000/s, messages: 10000 }");
    expect(timelineOf(text)).toContainEqual(["1 s", words]);
  });

  test("shows how many of the faults were drawn", () => {
    const faults = [1, 2, 3].map((second) => `{ at: ${second}s, deleteRecords: all }`).join(", ");
    const text = planIn("faultsDrawn: 2", faults, "producers: { rate: 1000/s, messages: 10000 }");
    expect(text).toContain("timeline, with 2 of 3 faults, drawn by the seed\n");
    expect(text.match(/all records/g)).toHaveLength(2);
  });

  test.each([
    [
      "at-most-once",
      "at-most-once: acks=0, no retries",
      "each commits 100 messages at a time and only then processes them",
    ],
    [
      "at-least-once",
      "at-least-once: acks=all, up to 5 retries",
      "each processes 100 messages at a time and only then commits them",
    ],
    [
      "effectively-once",
      "effectively-once: acks=all, up to 5 retries",
      "each processes 100 messages at a time, with their output and the commit in one transaction",
    ],
  ])("describes the settings of %s", (guarantee, sending, reading) => {
    const lines = `guarantee: ${guarantee}\nproducers: { rate: 1000/s, messages: 1000 }\nexpect: { lost: 0 }`;
    const text = renderPlan(makePlan(parseScenario(lines, "some.yaml"), 1), { ...page, width: 200 });
    expect(text).toContain(sending);
    expect(text).toContain(reading);
  });

  test("shows the settings of the topic and the clients", () => {
    const text = planIn(
      "topic: { config: { retention.ms: 500 } }",
      "",
      "producers: { rate: 1/s, messages: 1, metadataMaxAge: 1s, requestTimeout: 2s }",
    );
    expect(text).toContain("the topic with retention.ms=500\n");
    expect(text).toContain("metadata is refreshed every 1 s, and a request times out after 2 s\n");
  });

  test.each([
    ["toxic: latency, latency: 50ms, jitter: 10ms", "latency 50ms, jitter 10ms"],
    ["toxic: limit_data, bytes: 20000", "bytes 20KB"],
    ["toxic: bandwidth, rate: 5KB/s", "rate 5KB/s"],
    ["toxic: reset_peer", "timeout 0ms"],
  ])("shows the attributes of %s", (toxic, words) => {
    expect(planOf(`{ at: 1s, on: producer-link, ${toxic} }`)).toContain(
      `, upstream, ${words}, until the producers end`,
    );
  });

  test("describes the expected bounds", () => {
    const text = planOf(
      "{ at: 1s, for: 2s, on: producer-link, toxic: timeout }",
      "{ lost: { min: 1500, max: 2600 }, lostBy: { in-transit: { min: 1% } }, duplicated: { max: 0 } }",
    );
    expect(text).toContain("  lost: 1,500 to 2,600\n");
    expect(text).toContain("  lost by in-transit: at least 1% of what was sent\n");
    expect(text).toContain("  duplicated: none\n");
  });

  test("contains only printable characters and line breaks, for any name of a scenario", () => {
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
