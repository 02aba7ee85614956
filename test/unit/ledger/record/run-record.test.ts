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
    ["nothing in it", () => ({}), "run.runId is not a text"],
    ["no object", () => [], "run.runId is not a text"],
    ["null for it", () => null, "run is not an object"],
    ["no lives", (run) => ({ ...run, lives: undefined }), "run.lives is not a list"],
    ["a seed that is none", (run) => ({ ...run, seed: -1 }), "run.seed is not a whole number"],
    [
      "a partition that counts nothing",
      (run) => ({ ...run, log: [{ ...run.log[0], records: "many" }] }),
      "run.log[0].records is not a whole number",
    ],
    [
      "more messages than any run has",
      (run) => withScenario(run, { producers: { ...run.scenario.producers, messages: 1e15 } }),
      "run.scenario.producers.messages is not a whole number",
    ],
    [
      "a fault of no kind",
      (run) => withScenario(run, { faults: [{}] }),
      'run.scenario.faults[0].kind is not "link" or "kill"',
    ],
    [
      "a fault without its moment",
      (run) => withScenario(run, { faults: [{ ...run.scenario.faults[0], trigger: undefined }] }),
      "run.scenario.faults[0].trigger is not an object",
    ],
    ["no bounds", (run) => withScenario(run, { expect: {} }), "run.scenario.expect.lost is not an object"],
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
  return { ...run, scenario: { ...run.scenario, ...changes } };
}
