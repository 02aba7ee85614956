import { readFileSync } from "node:fs";
import { join } from "node:path";

import { afterAll, beforeAll, describe, expect, it } from "vitest";

import { eventsName } from "../../../src/ledger/record/run-record.js";
import { type Laboratory, openLaboratory } from "../../support/laboratory.js";

/** More load than the consumers can handle, so that the chunks are full at any fault. */
const load = `
topic: { partitions: 3 }
producers: { count: 1, rate: 2000/s, messages: 6000, overload: true }
consumers: { count: 2, commitEvery: 20, handle: 6ms, sessionTimeout: 1s, partitionsConsumedConcurrently: 3 }
`;

/** SIGKILL before, in and after a commit, and in the middle of a chunk. */
const kills = `
  - { when: before-commit, kill: consumer, worker: 0, restartAfter: 100ms }
  - { when: in-commit, kill: consumer, worker: 0, restartAfter: 100ms }
  - { when: after-commit, kill: consumer, worker: 0, restartAfter: 100ms }
  - { when: { handling: { message: 11, of: 20 } }, kill: consumer, worker: 0, restartAfter: 100ms }
`;

/**
 * SIGSTOP for longer than a session at the same places, which makes a zombie that returns each
 * time.
 */
const zombies = `
  - { when: before-commit, pause: consumer, worker: 1, for: 1500ms }
  - { when: in-commit, pause: consumer, worker: 1, for: 1500ms }
  - { when: after-commit, pause: consumer, worker: 1, for: 1500ms }
  - { when: { handling: { message: 11, of: 20 } }, pause: consumer, worker: 1, for: 1500ms }
`;

describe("a guarantee under kills and zombies at every place of a chunk", () => {
  let lab: Laboratory;
  beforeAll(async () => {
    lab = await openLaboratory();
  });
  afterAll(() => lab[Symbol.asyncDispose]());

  it("at-least-once loses nothing, and processes uncommitted messages again", async () => {
    const result = await lab.run(
      "at-least-once",
      `
guarantee: at-least-once
${load}
faults: ${kills} ${zombies}
expect: { lost: 0, duplicated: { min: 20 } }
`,
    );

    expect(result.verdict, result.reasons.join("; ")).toBe("held");
    expect(result.messages.processed).toBe(6000);
  });

  it("effectively-once loses nothing and outputs nothing twice, because a zombie's commit is refused", async () => {
    const name = "effectively-once";
    const result = await lab.run(
      name,
      `
guarantee: effectively-once
${load}
faults: ${kills} ${zombies}
expect: { lost: 0, duplicated: 0 }
`,
    );

    expect(result.verdict, result.reasons.join("; ")).toBe("held");
    expect(result.messages.processed).toBe(6000);
    // Handlers ran again, and a zombie did try to commit what others had processed.
    expect(result.violations.beganTwice).toBeGreaterThan(0);
    expect(refusalsOf(join(lab.out, name)).join("\n")).toMatch(/old epoch|fenced/i);
  });
});

/** The reasons why transactions failed, from the event file. */
function refusalsOf(folder: string): string[] {
  return readFileSync(join(folder, eventsName), "utf8")
    .split("\n")
    .filter((line) => line.includes('"commit-failed"'))
    .map((line) => (JSON.parse(line) as { why: string }).why);
}
