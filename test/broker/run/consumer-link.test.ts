import { afterAll, beforeAll, describe, expect, it } from "vitest";

import { type Laboratory, openLaboratory } from "../../support/laboratory.js";

/**
 * Every fault that makes a commit fail or leaves it in doubt, with sessions so short that the group
 * removes a member that does not answer. The worker must give up its chunk, and never process
 * messages that another member has received in the meantime.
 */
const scenario = `
guarantee: at-most-once
topic: { partitions: 4 }
producers: { count: 1, rate: 500/s, messages: 6000, overload: true }
consumers: { count: 2, commitEvery: 20, handle: 1ms, sessionTimeout: 1s, partitionsConsumedConcurrently: 2 }
faults:
  - { at: 1s, for: 2s, on: consumer-link, toxic: timeout, stream: downstream }
  - { at: 4s, for: 2s, on: consumer-link, down: true }
  - { at: 4500ms, kill: consumer, worker: 1, restartAfter: 100ms }
  - { at: 7s, for: 500ms, on: consumer-link, toxic: reset_peer }
  - { at: 9s, for: 2s, on: consumer-link, toxic: latency, latency: 700ms }
expect:
  lost: exposed
  duplicated: 0
`;

describe("a group whose link fails in every way", () => {
  let lab: Laboratory;
  beforeAll(async () => {
    lab = await openLaboratory();
  });
  afterAll(() => lab[Symbol.asyncDispose]());

  it("processes nothing twice, and nothing before an acknowledged commit", async () => {
    const result = await lab.run("consumer-link", scenario);
    const { processed, lost, unread, indeterminate, sent } = result.messages;

    expect(result.verdict, result.reasons.join("; ")).toBe("held");
    expect(result.violations).toEqual({ beganBeforeCommit: 0, beganTwice: 0, storedTwice: 0 });
    expect(processed + lost + unread + indeterminate).toBe(sent);
    expect(result.lostBy["in-transit"] + result.lostBy.rejected + result.lostBy["client-buffer"]).toBe(0);
  });
});
