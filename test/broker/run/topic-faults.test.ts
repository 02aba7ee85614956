import { afterAll, beforeAll, describe, expect, it } from "vitest";

import { type Laboratory, openLaboratory } from "../../support/laboratory.js";

/**
 * Faults on the topic and on the group. Each waits for the state that it causes, and reports it.
 */
describe("a run", () => {
  let lab: Laboratory;
  beforeAll(async () => {
    lab = await openLaboratory({ count: 3 });
  });
  afterAll(() => lab[Symbol.asyncDispose]());

  /**
   * Consumers that lag from the first second on: a fetch brings the messages of a fifth of a
   * second.
   */
  const slow = "{ count: 2, commitEvery: 10, handle: 8ms, sessionTimeout: 1s, reset: earliest }";
  const quick = "{ count: 2, commitEvery: 20, sessionTimeout: 1s, metadataMaxAge: 1s }";
  const run = (name: string, { consumers = quick, faults }: { consumers?: string; faults: string[] }) =>
    lab.run(
      name,
      `
guarantee: at-most-once
brokers: { count: 3 }
topic: { partitions: 2 }
producers: { count: 1, rate: 1000/s, messages: 4000, overload: true, size: 5KB }
consumers: ${consumers}
faults:
${faults.map((fault) => `  - { ${fault} }\n`).join("")}
expect: { lost: { max: 4000 } }
`,
    );

  it("loses records that are deleted below a lagging consumer, and drains the rest", async () => {
    const result = await run("deleted", { consumers: slow, faults: ["at: 2s, deleteRecords: all"] });

    expect(result.verdict, result.reasons.join("; ")).toBe("held");
    expect(result.lostBy.log).toBe(result.messages.lost);
    expect(result.messages.lost).toBeGreaterThan(100);
    expect(result.faults[0]!.probe).toMatch(
      /^partition 0: log start 0 → \d+, partition 1: log start 0 → \d+$/,
    );
  });

  it("is drained when everything above the group's position was deleted", async () => {
    const result = await run("emptied", {
      consumers: slow,
      faults: ["after: { processed: 1600 }, deleteRecords: all"],
    });

    expect(result.verdict, result.reasons.join("; ")).toBe("held");
    expect(result.messages).toMatchObject({ sent: 4000, stored: 0, unread: 0 });
    expect(result.lostBy.log).toBe(result.messages.lost);
  });

  it("skips to the end when the group's positions are removed and its consumers reset to the latest offset", async () => {
    const result = await run("expired", {
      consumers: slow.replace("earliest", "latest"),
      faults: ["after: { processed: 800 }, resetOffsets: expired"],
    });

    expect(result.verdict, result.reasons.join("; ")).toBe("held");
    expect(result.lostBy.skipped).toBe(result.messages.lost);
    expect(result.faults[0]!.probe).toMatch(/^partition 0: position \d+ → none, partition 1: /);
  });

  it("resets its group while consumers die and end for other reasons, and restarts each of them once", async () => {
    const result = await run("reset-among-others", {
      consumers: slow.replace("earliest", "latest"),
      faults: [
        "at: 2s, resetOffsets: latest",
        "at: 1950ms, kill: consumer, worker: 0, restartAfter: 200ms",
        "at: 2s, stop: consumer, worker: 1, restartAfter: 200ms",
      ],
    });

    expect(result.messages).toMatchObject({ sent: 4000, unread: 0, duplicated: 0 });
    expect(result.faults.map(({ touched }) => touched > 0)).toEqual([true, true, true]);
  });

  it("gets partitions that stay empty, and a leader that the producer does not know", async () => {
    const result = await run("moved", {
      faults: ["at: 1s, addPartitions: 2", "at: 2s, moveLeader: { partition: 0 }"],
    });

    expect(result.verdict, result.reasons.join("; ")).toBe("held");
    expect(result.faults.map(({ probe }) => probe)).toEqual([
      "2 → 4 partitions",
      expect.stringMatching(/^partition 0: leader \d → \d$/),
    ]);
  });

  it("applies its topic faults one after the other, even if they are due at once", async () => {
    const result = await run("at-once", {
      faults: [
        "at: 2s, recreateTopic: true",
        "at: 2s, addPartitions: 2",
        "at: 2s, moveLeader: { partition: 0 }",
      ],
    });

    expect(result.faults.map(({ probe }) => probe)).toEqual([
      expect.stringMatching(/^deleted with \d+ records and recreated$/),
      "2 → 4 partitions",
      expect.stringMatching(/^partition 0: leader \d → \d$/),
    ]);
    expect(result.messages).toMatchObject({ sent: 4000, unread: 0, duplicated: 0 });
  });

  it("continues with a topic that was deleted and recreated", async () => {
    const result = await run("recreated", { faults: ["at: 2s, recreateTopic: true"] });

    expect(result.faults[0]!.probe).toMatch(/^deleted with \d+ records and recreated$/);
    expect(result.messages).toMatchObject({ sent: 4000, unread: 0, duplicated: 0 });
    expect(result.messages.lost).toBeGreaterThan(0);
    expect(result.violations).toEqual({ beganBeforeCommit: 0, beganTwice: 0, storedTwice: 0 });
  });
});
