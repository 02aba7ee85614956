import { expect, test } from "vitest";

import { predictLoss } from "../../../../src/plan/predict/predict.js";
import { defineScenario, withPredictions } from "../../../../src/library/scenario.js";
import { ScenarioError } from "../../../../src/scenario/file/problems.js";
import { parseScenario } from "../../../../src/scenario/file/read.js";
import type { Scenario } from "../../../../src/scenario/scenario.js";
import { complaintsWith, parse } from "../example.js";

const hole = "{ at: 1s, for: 1s, on: producer-link, toxic: timeout }";
const down = "{ at: 1s, for: 1s, on: producer-link, down: true }";

function written(expectation: string, fault = hole, rest = ""): string {
  return [
    "guarantee: at-most-once",
    "producers: { rate: 2000/s, messages: 10000 }",
    `faults: [${fault}]`,
    ...(rest === "" ? [] : [rest]),
    `expect: ${expectation}`,
  ].join("\n");
}

function read(...text: Parameters<typeof written>): Scenario {
  return parseScenario(written(...text), "some.yaml", predictLoss);
}

function problemsOf(...text: Parameters<typeof written>): string[] {
  try {
    read(...text);
    return [];
  } catch (error) {
    if (!(error instanceof ScenarioError)) throw error;
    return error.message.split("\n");
  }
}

const from = (min: number, max: number) => ({
  min: { kind: "count", value: min },
  max: { kind: "count", value: max },
  predicted: true,
});

test("a bound that is predicted has the ends that the plan predicts", () => {
  const both = read(
    "{ lost: predicted, silentlyLost: { max: 0 }, lostBy: { in-transit: predicted, log: predicted } }",
  );

  expect(both.expect).toMatchObject({
    lost: from(2000, 2040),
    silentlyLost: { min: undefined, max: { kind: "count", value: 0 } },
    lostBy: { "in-transit": from(2000, 2040), log: from(0, 0) },
  });
  expect(both.expect.silentlyLost).not.toHaveProperty("predicted");
});

test("what is predicted to be lost in silence is what is not rejected", () => {
  const { expect: told } = read(
    "{ lost: predicted, silentlyLost: predicted, lostBy: { rejected: predicted } }",
    down,
  );

  expect(told).toMatchObject({ silentlyLost: from(0, 60), lostBy: { rejected: from(1980, 2040) } });
});

test("where nothing is predicted, each such bound is a problem of the file, and says why", () => {
  const kill = "{ at: 1s, kill: broker, broker: 0, for: 1s }";

  expect(problemsOf("{ lost: predicted, lostBy: { rejected: predicted } }", kill)).toEqual([
    expect.stringMatching(
      /^some\.yaml:4:17: expect\.lost: found predicted, allowed a bound of your own, since nothing is predicted: how long the machine takes/,
    ),
    expect.stringMatching(/^some\.yaml:4:48: expect\.lostBy\.rejected: found predicted/),
  ]);
});

test("it is predicted under the scenario's own guarantee alone", () => {
  const each = "{ at-most-once: { lost: predicted }, at-least-once: { lost: predicted } }";

  expect(problemsOf(each)).toEqual([
    "some.yaml:4:69: expect.at-least-once.lost: found predicted, allowed a bound: only under the scenario's own guarantee it can be predicted",
  ]);
  expect(problemsOf("{ at-least-once: { lost: predicted } }").join()).toContain("expect.at-most-once");
  expect(read("{ at-most-once: { lost: predicted } }").expect.lost).toEqual(from(2000, 2040));
});

test("a sweep has no prediction, since each of its steps has another", () => {
  const text = written("{ lost: predicted }").replace("2000/s", "[1000/s, 2000/s]");

  expect(() => parseScenario(text, "swept.yaml", predictLoss)).toThrow(
    /each step of a sweep loses another number/,
  );
});

test("what is misspelt is none, and what may not be predicted is not", () => {
  expect(complaintsWith({ expect: { lost: "predictd" } })).toEqual([
    'expect.lost: found "predictd", allowed predicted (did you mean "predicted"?)',
  ]);
  expect(complaintsWith({ expect: { lost: { max: "predicted" } } })).toEqual([
    expect.stringContaining("allowed a count such as 40"),
  ]);
  expect(complaintsWith({ expect: { lost: 0, duplicated: "predicted" } })).toEqual([
    expect.stringMatching(/^expect\.duplicated: found/),
  ]);
});

test("who reads a file without formulas takes no such bound for one that anything keeps", () => {
  expect(() => parse({ expect: { lost: "predicted" } })).toThrow(/no formulas/);
});

test("a scenario that is no file is told its bounds, too", () => {
  const scenario = read("{ lost: predicted }");
  const untold: Scenario = {
    ...scenario,
    expect: { ...scenario.expect, lost: { min: undefined, max: undefined, predicted: true } },
  };

  expect(withPredictions(untold).expect.lost).toEqual(from(2000, 2040));
  expect(() => withPredictions({ ...untold, guarantee: "at-least-once" })).toThrow(
    /^some: expect\.lost is predicted, allowed is a bound of your own/,
  );
});

test("a scenario that a program writes may have it, too", () => {
  const definition = {
    name: "written",
    guarantee: "at-most-once",
    producers: { rate: "2000/s", messages: 10_000 },
    faults: [{ at: "1s", for: "1s", on: "producer-link", toxic: "timeout" }],
    expect: { lost: "predicted" },
  } as const;

  expect(defineScenario(definition).expect.lost).toEqual(from(2000, 2040));
  expect(() => defineScenario({ ...definition, guarantee: "at-least-once" })).toThrow(
    /expect\.lost: found "predicted", allowed a bound of your own, since nothing is predicted/,
  );
});
