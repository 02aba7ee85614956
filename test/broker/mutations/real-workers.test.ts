import { afterAll, beforeAll, describe, expect, it } from "vitest";

import { type Laboratory, openLaboratory } from "../../support/laboratory.js";
import { makeMutant } from "../../../bench/mutant.js";

/**
 * Workers with a deliberate defect, in real runs. Their own black boxes and the log expose them.
 */
describe("a worker that breaks the guarantee", () => {
  let lab: Laboratory;
  beforeAll(async () => {
    lab = await openLaboratory();
  });
  afterAll(() => lab[Symbol.asyncDispose]());

  it("is detected when it processes before it commits, although nothing is lost or duplicated", async () => {
    using mutant = makeMutant(
      {
        file: "worker/consumer/at-most-once.js",
        from: "if (!(await commitChunk(work, chunk)))",
        to: "const early = await work.handling.process(chunk); if (!(await commitChunk(work, chunk)))",
      },
      {
        file: "worker/consumer/at-most-once.js",
        from: "const { heartbeatError } = await work.handling.process(chunk);",
        to: "const { heartbeatError } = early;",
      },
    );
    const result = await lab.run("processes-first", quiet, { workerEntry: mutant.workerEntry });

    expect(result.messages.lost).toBe(0);
    expect(result.messages.duplicated).toBe(0);
    expect(result.violations.beganBeforeCommit).toBe(1000);
    expect(brokenIn(result)).toEqual(["violations"]);
  });

  it("is detected when it reports commits early and is killed before they happen", async () => {
    using mutant = makeMutant({
      file: "worker/consumer/steps.js",
      from: "const acknowledged = batch.commit(offset);",
      to: "const acknowledged = true; setTimeout(() => batch.commit(offset), 300);",
    });
    const result = await lab.run("commits-late", killedOnce, { workerEntry: mutant.workerEntry });

    expect(result.verdict).toBe("broken");
    expect(brokenIn(result)).toContain("duplicated");
  });

  it("is detected when it does not mark all that it hands over, because the log has it", async () => {
    using mutant = makeMutant({
      file: "worker/producer/handed.js",
      from: "handed.mark(numbers[index]);",
      to: "if (index > 0) handed.mark(numbers[index]);",
    });

    await expect(lab.run("marks-less", quiet, { workerEntry: mutant.workerEntry })).rejects.toMatchObject({
      code: "HARNESS",
      message: expect.stringContaining("possible-evidence") as string,
    });
  });

  it("is detected when its producer sends twice", async () => {
    using mutant = makeMutant({
      file: "kafka/kafkajs/producer.js",
      from: "retry: { retries: options.retries }",
      to: "retry: { retries: 5 }",
    });
    const result = await lab.run("sends-again", answersSwallowed, { workerEntry: mutant.workerEntry });

    expect(result.violations.storedTwice).toBeGreaterThan(0);
    expect(brokenIn(result)).toContain("violations");
  });
});

function brokenIn({ expectations }: { expectations: { name: string; verdict: string }[] }): string[] {
  return expectations.filter(({ verdict }) => verdict === "broken").map(({ name }) => name);
}

const quiet = `
guarantee: at-most-once
producers: { rate: 1000/s, messages: 1000 }
consumers: { commitEvery: 10 }
expect: { lost: 0 }
`;

const killedOnce = `
guarantee: at-most-once
producers: { rate: 500/s, messages: 1000 }
consumers: { commitEvery: 10, handle: 1ms, sessionTimeout: 1s }
faults:
  - { after: { processed: 300 }, kill: consumer, restartAfter: 100ms }
expect: { lost: { max: 1000 } }
`;

const answersSwallowed = `
guarantee: at-most-once
producers: { rate: 500/s, messages: 1500, acks: 1, requestTimeout: 500ms }
consumers: { commitEvery: 10 }
faults:
  - { at: 500ms, for: 1s, on: producer-link, toxic: timeout, stream: downstream }
expect: { lost: { max: 1500 } }
`;
