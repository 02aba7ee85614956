import { mkdirSync } from "node:fs";
import { join } from "node:path";

import { describe, expect, it } from "vitest";

import { type RunRecord, readRunRecord, writeRunRecord } from "../../../../src/ledger/record/run-record.js";
import { aRun } from "../../../support/a-run.js";
import { times } from "../../../support/stories.js";

describe("the record of a run", () => {
  it("is read as it was written", () => {
    using run = aRun({ producers: [times(30, "processed")] });

    expect(readRunRecord(run.path)).toEqual(JSON.parse(JSON.stringify(run.run)));
  });

  const others: [string, (run: RunRecord) => unknown, string][] = [
    ["nothing in it", () => ({}), "run"],
    ["no object", () => [], "run: "],
    ["null for it", () => null, "run: "],
    ["no lives", (run) => ({ ...run, lives: undefined }), "run.lives: "],
    ["a seed that is none", (run) => ({ ...run, plan: { ...run.plan, seed: -1 } }), "run.plan.seed: "],
    [
      "a partition that counts nothing",
      (run) => ({ ...run, log: [{ ...run.log[0], records: "many" }] }),
      "run.log[0].records: ",
    ],
    [
      "more messages than any run has",
      (run) => withScenario(run, { producers: { ...run.plan.scenario.producers, messages: 1e15 } }),
      "run.plan.scenario.producers.messages: ",
    ],
    ["a fault of no kind", (run) => withScenario(run, { faults: [{}] }), "run.plan.scenario.faults[0]: "],
    [
      "a fault without its moment",
      (run) => withScenario(run, { faults: [{ ...run.plan.scenario.faults[0], trigger: undefined }] }),
      "run.plan.scenario.faults[0]: ",
    ],
    ["no bounds", (run) => withScenario(run, { expect: {} }), "run.plan.scenario.expect.lost: "],
  ];
  it.each(others)("with %s, and a digest that matches, is refused in words", (_, change, words) => {
    using run = aRun({ producers: [times(30, "processed")] });
    const folder = join(run.path, "other");
    mkdirSync(folder);
    writeRunRecord(folder, change(run.run) as RunRecord);

    expect(() => readRunRecord(folder)).toThrow(
      expect.objectContaining({ code: "INPUT", message: expect.stringContaining(words) }),
    );
  });
});

function withScenario(run: RunRecord, changes: object): unknown {
  return { ...run, plan: { ...run.plan, scenario: { ...run.plan.scenario, ...changes } } };
}
