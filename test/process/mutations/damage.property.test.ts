import { mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";

import fc from "fast-check";
import { afterAll, beforeAll, describe, expect, it } from "vitest";

import { LossboundError } from "../../../src/base/errors.js";
import { judgeFolder } from "../../../src/library/judge.js";
import type { Result } from "../../../src/results/result.js";
import type { StoredRun } from "../../support/a-run.js";
import { anyDamage, withDamages } from "./damage.js";
import { everyFate } from "../../support/healthy-run.js";
import { boxesOf } from "./mutate.js";

/**
 * A run with any damage to its files is judged as before, or rejected with an error of lossbound.
 */
describe("a damaged run", () => {
  let run: StoredRun;
  let before: Result;
  let boxes: string[];
  beforeAll(async () => {
    run = everyFate();
    before = await judgeFolder(run.path);
    boxes = boxesOf(run).map(({ path }) => path);
  });
  afterAll(() => run[Symbol.dispose]());

  const several = fc.array(anyDamage, { minLength: 1, maxLength: 4 });

  it("is judged as before or rejected, when a black box is damaged", async () => {
    await fc.assert(
      fc.asyncProperty(fc.nat(5), several, async (index, damages) => {
        using _damaged = withDamages(boxes[index]!, damages);
        await expectSameOrRefused();
      }),
      { numRuns: 1000 },
    );
  });

  it("is judged as before or rejected, when the last words of the planes are damaged", async () => {
    // The planes are at the end, so every damage hits one.
    const inPlanes = several.map((damages) =>
      damages.map((damage) => ({ ...damage, at: { from: "end" as const, bytes: damage.at.bytes % 64 } })),
    );
    await fc.assert(
      fc.asyncProperty(fc.nat(6), inPlanes, async (index, damages) => {
        using _damaged = withDamages(boxes[index]!, damages);
        await expectSameOrRefused();
      }),
      { numRuns: 1000 },
    );
  });

  it("is judged as before or rejected, when its record is damaged", async () => {
    await fc.assert(
      fc.asyncProperty(several, async (damages) => {
        using _damaged = withDamages(join(run.path, "run.json"), damages);
        await expectSameOrRefused();
      }),
      { numRuns: 300 },
    );
  });

  it("is rejected or has the same fates, when its event file is damaged", async () => {
    await fc.assert(
      fc.asyncProperty(several, async (damages) => {
        using _damaged = withDamages(join(run.path, "events.ndjson"), damages);
        await expectSameOrRefused();
      }),
      { numRuns: 300 },
    );
  });

  it("is rejected, when its files are swapped", async () => {
    const files = () => [...boxes, join(run.path, "run.json"), join(run.path, "events.ndjson")];
    const original = files().map((path) => readFileSync(path));
    await fc.assert(
      fc.asyncProperty(
        fc.shuffledSubarray(
          original.map((_, index) => index),
          { minLength: original.length },
        ),
        async (order) => {
          for (const [index, path] of files().entries()) writeFileSync(path, original[order[index]!]!);
          if (order.every((from, index) => from === index)) await expectSameOrRefused();
          else expect(await judged()).toBe("refused");
        },
      ),
      { numRuns: 50 },
    );
    for (const [index, path] of files().entries()) writeFileSync(path, original[index]!);

    expect(await judged()).toEqual(counts(before));
  });

  it("is rejected, when a folder replaces any of its files", async () => {
    for (const path of [...boxes, join(run.path, "run.json"), join(run.path, "events.ndjson")]) {
      renameSync(path, `${path}.aside`);
      mkdirSync(path);
      expect(await judged()).toBe("refused");
      rmSync(path, { recursive: true });
      renameSync(`${path}.aside`, path);
    }
  });

  async function expectSameOrRefused(): Promise<void> {
    const now = await judged();
    if (now !== "refused") expect(now).toEqual(counts(before));
  }

  /** Fails the test on any error that is not lossbound's own. */
  async function judged(): Promise<ReturnType<typeof counts> | "refused"> {
    try {
      return counts(await judgeFolder(run.path));
    } catch (error) {
      if (error instanceof LossboundError && (error.code === "HARNESS" || error.code === "INPUT"))
        return "refused";
      throw error;
    }
  }
});

function counts({ messages, lostBy, violations }: Result) {
  return { messages, lostBy, violations };
}
