import { join } from "node:path";

import { afterAll, beforeAll, describe, expect, it } from "vitest";

import { boxesName } from "../../../src/ledger/record/run-record.js";
import { countBits } from "../../../src/ledger/box/bits.js";
import { readBox } from "../../../src/ledger/box/read-box.js";
import { type LifeRecord, boxName, readRunRecord } from "../../../src/ledger/record/run-record.js";
import { type Laboratory, openLaboratory } from "../../support/laboratory.js";
import { anchorRuns } from "./runs.js";

/**
 * The second exact anchor. A consumer that handles one message at a time stands still in message k
 * of a committed chunk of n, and is killed there. Exactly n - k + 1 messages are lost: one in
 * processing, and the others after the commit.
 */
const chunk = 10;
const places = Array.from({ length: chunk }, (_, index) => index + 1);
const scenario = `
guarantee: at-most-once
topic: { partitions: 1 }
producers: { count: 1, rate: 2000/s, messages: 4000, overload: true, size: 200B }
consumers: { count: 1, commitEvery: ${chunk}, sessionTimeout: 1s, partitionsConsumedConcurrently: 1 }
faults:
${places.map((k) => `  - { when: { handling: { message: ${k}, of: ${chunk} } }, kill: consumer, restartAfter: 0ms }`).join("\n")}
expect:
  lost: ${places.reduce((sum, k) => sum + chunk - k + 1, 0)}
  lostBy: { in-processing: ${places.length}, after-commit: ${places.reduce((sum, k) => sum + chunk - k, 0)} }
`;

describe("a consumer that is killed in message k of a chunk of n", () => {
  let lab: Laboratory;
  beforeAll(async () => {
    lab = await openLaboratory();
  });
  afterAll(() => lab[Symbol.asyncDispose]());

  it.each(anchorRuns)("loses exactly n - k + 1, ten times (run %i)", async (run) => {
    const name = `stand-still-${run}`;
    const result = await lab.run(name, scenario, { seed: run });
    const killed = readRunRecord(join(lab.out, name)).lives.filter((life) => life.killed);

    expect(killed).toHaveLength(places.length);
    for (const [index, k] of places.entries()) {
      const { lostInProcessing, lostAfterCommit } = await leftBy(join(lab.out, name), killed[index]!);
      expect({ k, lostInProcessing, lostAfterCommit }).toEqual({
        k,
        lostInProcessing: 1,
        lostAfterCommit: chunk - k,
      });
    }
    expect(result.verdict, result.reasons.join("; ")).toBe("held");
  });
});

/** The chunks that a life committed and did not finish, according to the ledger. */
async function leftBy(
  folder: string,
  life: LifeRecord,
): Promise<{ lostInProcessing: number; lostAfterCommit: number }> {
  const { runId, plan } = readRunRecord(folder);
  const { layout } = plan;
  const expected = { kind: "consumer" as const, runId, bits: layout.words * 32, ...life };
  await using box = await readBox(join(folder, boxesName, boxName(life)), expected);
  const covered = countBits(await box.plane("covered"));
  const began = countBits(await box.plane("began"));
  const ended = countBits(await box.plane("ended"));
  return { lostInProcessing: began - ended, lostAfterCommit: covered - began };
}
