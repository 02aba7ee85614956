import { afterAll, beforeAll, describe, expect, it } from "vitest";

import { type Laboratory, openLaboratory } from "../../support/laboratory.js";

/** Faults on the processes of workers, each seen by its effect on them and on their group. */
describe("a run", () => {
  let lab: Laboratory;
  beforeAll(async () => {
    lab = await openLaboratory();
  });
  afterAll(() => lab[Symbol.asyncDispose]());

  it("stops, ends and adds workers without losing a message under at-most-once", async () => {
    const result = await lab.run(
      "workers",
      `
guarantee: at-most-once
topic: { partitions: 3 }
producers: { count: 1, rate: 500/s, messages: 5000, overload: true }
consumers: { count: 2, commitEvery: 10, handle: 1ms, sessionTimeout: 1s }
faults:
  - { at: 500ms, pause: producer, for: 500ms }
  - { at: 1s, pause: consumer, worker: 0, for: 2s }
  - { at: 4500ms, join: consumer, for: 500ms }
  - { at: 7s, stop: consumer, worker: 1, restartAfter: 200ms }
  - { at: 8s, stop: producer, restartAfter: 200ms }
expect: { lost: 0 }
`,
    );

    expect(result.verdict, result.reasons.join("; ")).toBe("held");
    expect(result.messages.processed).toBe(5000);
    expect(result.faults.map(({ on, probe }) => `${on}: ${probe}`)).toEqual([
      expect.stringMatching(/^producer 0: stopped for \d+ ms$/),
      expect.stringMatching(/^consumer 0: stopped for \d+ ms; the group removed it after \d+ ms$/),
      expect.stringMatching(/^consumer 2: 2 of 2 other members rejoined$/),
      expect.stringMatching(/^consumer 1: ended in order after \d+ ms$/),
      expect.stringMatching(/^producer 0: ended in order after \d+ ms$/),
    ]);
  });

  it("stops a consumer at a place, and continues it after that", async () => {
    const result = await lab.run(
      "at-a-place",
      `
guarantee: at-most-once
producers: { count: 1, rate: 500/s, messages: 2000, overload: true }
consumers: { count: 1, commitEvery: 10, handle: 1ms, sessionTimeout: 6s }
faults:
  - { when: after-commit, pause: consumer, for: 500ms, times: 2 }
  - { at: 500ms, oversize: 2MB }
expect: { lost: { min: 1, max: 2000 }, lostBy: { refused: { min: 1 } } }
`,
    );

    expect(result.verdict, result.reasons.join("; ")).toBe("held");
    expect(result.faults.map(({ touched }) => touched)).toEqual([1, 1, 1]);
  });
});
