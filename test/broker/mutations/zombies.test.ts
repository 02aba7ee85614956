import { afterAll, beforeAll, describe, expect, it } from "vitest";

import { type Laboratory, openLaboratory } from "../../support/laboratory.js";
import { type Replacement, makeMutant } from "../../../bench/mutant.js";

/**
 * Removes, one by one, the safeguards that keep a consumer that was taken for dead from committing
 * twice. A zombie returns with an open transaction, and only the output topic shows its outcome.
 */
const zombie = `
guarantee: effectively-once
topic: { partitions: 1 }
producers: { count: 1, rate: 500/s, messages: 2000, overload: true }
consumers: { count: 2, commitEvery: 20, handle: 2ms, sessionTimeout: 2s }
faults:
  - { when: before-commit, pause: consumer, worker: 0, for: 3s }
expect: { lost: 0, duplicated: 0 }
`;

/**
 * The zombie's transaction is open when the group has removed it, and ends before another member
 * takes the id.
 */
const takenLate: Replacement = {
  file: "worker/consumer/effectively-once.js",
  from: "await client.take();",
  to: "await new Promise((resolve) => setTimeout(resolve, 1500)); await client.take();",
};

const oneIdALife: Replacement = {
  file: "worker/consumer/effectively-once.js",
  from: "`${order.groupId}-${partition}`",
  to: "`${order.clientId}-${partition}`",
};

const positionNotReadAgain: Replacement = {
  file: "worker/consumer/effectively-once.js",
  from: "(await this.#transacting.group.position(partition)) ?? 0",
  to: "0",
};

describe("an effectively-once worker", () => {
  let lab: Laboratory;
  beforeAll(async () => {
    lab = await openLaboratory();
  });
  afterAll(() => lab[Symbol.asyncDispose]());

  const run = async (name: string, ...replacements: Replacement[]) => {
    using mutant = makeMutant(...replacements);
    return await lab.run(name, zombie, { workerEntry: mutant.workerEntry });
  };

  it("is detected when its transactional id is its own, not the partition's", async () => {
    const { verdict, messages } = await run("one-id-a-life", oneIdALife);

    expect([verdict, messages.lost]).toEqual(["broken", 0]);
    expect(messages.duplicated).toBeGreaterThan(0);
  });

  it("is detected when it takes the id without reading the position again", async () => {
    const { verdict, messages } = await run("position-not-read-again", takenLate, positionNotReadAgain);

    expect([verdict, messages.lost]).toEqual(["broken", 0]);
    expect(messages.duplicated).toBeGreaterThan(0);
  });

  it("breaks nothing when it takes the id late", async () => {
    const { verdict, reasons } = await run("taken-late", takenLate);

    expect(verdict, reasons.join("; ")).toBe("held");
  });
});
