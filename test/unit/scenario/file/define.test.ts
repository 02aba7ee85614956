import { readdirSync, readFileSync } from "node:fs";

import { describe, expect, test } from "vitest";
import { parse as parseYaml } from "yaml";

import { defineScenario } from "../../../../src/scenario/file/define.js";
import type { ScenarioDefinition } from "../../../../src/scenario/schema/scenario.js";
import { ScenarioError, type ScenarioProblem } from "../../../../src/scenario/file/problems.js";
import { readScenario } from "../../../../src/scenario/file/read.js";
import { problemsWith } from "../example.js";
import { inRepository } from "../../../support/paths.js";

const least = {
  name: "example",
  guarantee: "at-most-once",
  producers: { rate: "2000/s", messages: 20_000 },
  expect: { lost: 0 },
} as const satisfies ScenarioDefinition;

describe("a definition", () => {
  test.each(["scenarios", "experiments"].flatMap(filesIn))(
    "says what its file says: %s",
    async (name, file) => {
      const { claim, ...scenario } = await readScenario(file);
      const body = parseYaml(readFileSync(file, "utf8")) as Omit<ScenarioDefinition, "name">;
      expect(defineScenario({ name, claim, ...body })).toEqual({ ...scenario, claim });
    },
  );

  test("has a claim of one line, or none", () => {
    expect(defineScenario(least).claim).toBe("");
    expect(defineScenario({ ...least, claim: "  Nothing\n is lost. " }).claim).toBe("Nothing is lost.");
  });

  test("does not have what is undefined", () => {
    const fault = {
      toxic: "timeout",
      on: "producer-link",
      at: undefined,
      after: { sent: 1 },
      for: undefined,
    } as const;
    expect(defineScenario({ ...least, consumers: undefined, faults: [fault] })).toEqual(
      defineScenario({
        ...least,
        faults: [{ toxic: "timeout", on: "producer-link", after: { sent: 1 } }],
      }),
    );
  });

  test("stays as it was given", () => {
    const given = Object.freeze({ ...least, faults: Object.freeze([]) });
    expect(defineScenario(given).faults).toEqual([]);
  });
});

describe("a wrong definition", () => {
  test.each<[string, Record<string, unknown>]>([
    ["an unknown key", { consumer: { count: 2 } }],
    ["a value out of range", { consumers: { commitEvery: 0, handle: "2h" } }],
    ["no expectation", { expect: undefined }],
    ["an empty expectation", { expect: {} }],
    ["a misspelt expectation", { expect: { lsot: 0 } }],
    ["a quantity without its unit", { producers: { rate: "2000", messages: 10 } }],
    ["a fault of two verbs", { faults: [{ kill: "consumer", down: true, at: "1s" }] }],
    ["parts that do not fit", { topic: { replicationFactor: 3 }, expect: { lost: { min: 30_000 } } }],
    ["several at once", { guarantee: "at-most", producers: { rate: 5 }, faults: 7, unknown: 1 }],
  ])("has the problems that its file would have: %s", (_, changes) => {
    const inFile = problemsWith(changes).map(keyAndAllowed);
    expect(inFile.length).toBeGreaterThan(0);
    const lines = problemsOf({ ...least, ...changes }).map(
      ({ key, allowed }) => `${key.replace("the scenario", "the file")}: ${allowed}`,
    );
    expect(lines.toSorted()).toEqual(inFile.toSorted());
  });

  test("names every problem with its key, in its message too", () => {
    const error = errorOf({
      ...least,
      producers: { rate: "fast", mesages: 5 },
      expect: { lost: { min: 4, max: 2 } },
    });
    expect(error).toMatchObject({ code: "INPUT", name: "ScenarioError" });
    expect(error.problems.map(({ key }) => key).toSorted()).toEqual([
      "expect.lost.min",
      "producers.mesages",
      "producers.messages",
      "producers.rate",
    ]);
    const lines = error.message.split("\n");
    expect(lines).toHaveLength(4);
    expect(lines).toContain(
      'the scenario example: producers.rate: found "fast", allowed a rate above 0 such as 2000/s, at most 10000000/s',
    );
    expect(error.message).toContain("producers.mesages: found an unknown key");
    expect(error.message).toContain('(did you mean "messages"?)');
    expect(error.message).toContain("expect.lost.min: found 4, allowed at most max, which is 2");
  });

  test.each([undefined, null, "a text", 5, [], ["a"]])("is refused where it is no map: %j", (given) => {
    expect(problemsOf(given)).toMatchObject([{ key: "the scenario" }]);
  });

  test.each(["", "../up", "Upper", "n".repeat(65), 5, undefined])("is refused by its name %j", (name) => {
    expect(problemsOf({ ...least, name })).toMatchObject([{ key: "name" }]);
  });

  test("is refused by a claim that is no text, and by a circle", () => {
    expect(problemsOf({ ...least, claim: 5 })).toMatchObject([{ key: "claim", found: "5" }]);
    const circle: Record<string, unknown> = { ...least };
    circle["topic"] = circle;
    expect(problemsOf(circle).map(({ key }) => key)).toContain("topic.guarantee");
  });
});

describe("the types of a definition", () => {
  test("do not compile where the schema would complain", () => {
    // @ts-expect-error a rate has a unit
    const rated: ScenarioDefinition["producers"] = { rate: "2000", messages: 1 };
    // @ts-expect-error an expectation is spelt as it is
    const claimed: ScenarioDefinition["expect"] = { losst: 0 };
    // @ts-expect-error a toxic has a name
    const faults: ScenarioDefinition["faults"] = [{ toxic: "time", on: "producer-link", at: "1s" }];
    expect(problemsOf({ ...least, producers: rated })).toHaveLength(1);
    expect(problemsOf({ ...least, expect: claimed })).toHaveLength(2);
    expect(problemsOf({ ...least, faults })).toHaveLength(1);
  });

  test("take each fault as the schema does", () => {
    const at = "1s";
    const link = { on: "producer-link", at, for: "1s" } as const;
    const faults: NonNullable<ScenarioDefinition["faults"]> = [
      { ...link, down: true },
      { ...link, toxic: "latency", latency: "5ms", stream: "both" },
      { ...link, toxic: "bandwidth", rate: "5KB/s" },
      { ...link, toxic: "slow_close", delay: "1s" },
      { ...link, toxic: "timeout", broker: "leader", partition: 0 },
      { ...link, toxic: "reset_peer", timeout: "10ms" },
      { ...link, toxic: "slicer", average_size: "64B", delay: "100us" },
      { ...link, toxic: "limit_data", bytes: 20_000 },
      { kill: "consumer", when: { handling: { message: 1, of: 2 } }, restartAfter: "1s", worker: 1 },
      { kill: "broker", broker: 0, at, for: "1s" },
      { pause: "consumer", when: "before-commit", for: "1s" },
      { pause: "broker", broker: "follower", at },
      { stop: "producer", after: { sent: 5 }, times: 2, every: "1s", restartAfter: "10ms" },
      { stop: "broker", broker: 2, after: { received: 5 } },
      { join: "consumer", at, for: "1s" },
      { oversize: "2MB", at },
      { deleteRecords: { upTo: 5 }, at },
      { deleteRecords: "all", at },
      { retention: "500ms", at },
      { recreateTopic: true, at },
      { moveLeader: { partition: 0 }, at },
      { addPartitions: 1, at },
      { resetOffsets: "expired", after: { processed: 5 } },
    ];
    for (const fault of faults) {
      const brokers = { count: 3 } as const;
      const topic = { replicationFactor: 3 };
      const definition = { ...least, brokers, topic, consumers: { count: 2 }, faults: [fault] };
      expect(defineScenario(definition).faults).toHaveLength(1);
    }
  });

  test("refuse each fault that the schema refuses", () => {
    const at = "1s";
    const link = { on: "producer-link", at } as const;
    const faults: NonNullable<ScenarioDefinition["faults"]> = [
      // @ts-expect-error a toxic has its attributes
      { ...link, toxic: "latency" },
      // @ts-expect-error and no others
      { ...link, toxic: "slow_close", delay: "1s", latency: "5ms" },
      // @ts-expect-error a bandwidth has a unit
      { ...link, toxic: "bandwidth", rate: "5" },
      // @ts-expect-error a pause has an end
      { pause: "consumer", at },
      // @ts-expect-error a broker has a name
      { kill: "broker", at },
      // @ts-expect-error a place has a name
      { kill: "consumer", when: "before" },
      // @ts-expect-error a partition has a leader
      { moveLeader: {}, at },
      // @ts-expect-error offsets are reset to one of three
      { resetOffsets: "newest", at },
      // @ts-expect-error a joining consumer leaves
      { join: "consumer", at },
      // @ts-expect-error a fault has a verb
      { at },
    ];
    for (const fault of faults) expect(problemsOf({ ...least, faults: [fault] }).length).toBeGreaterThan(0);
  });
});

function filesIn(folder: string): [name: string, file: string][] {
  return readdirSync(inRepository(folder))
    .filter((file) => file.endsWith(".yaml"))
    .map((file) => [file.replace(/\.yaml$/, ""), inRepository(folder, file)]);
}

/** `example.yaml:1:2: key: found …, allowed …` without the place, and without what was found. */
function keyAndAllowed(line: string): string {
  const [, key, allowed] =
    /^example\.yaml(?::\d+:\d+)?: (.*?): found .*?, allowed (.*?)(?: \(did you mean .*\))?$/.exec(line) ?? [];
  return `${key}: ${allowed}`;
}

function problemsOf(definition: unknown): readonly ScenarioProblem[] {
  return errorOf(definition).problems;
}

function errorOf(definition: unknown): ScenarioError {
  try {
    defineScenario(definition as ScenarioDefinition);
  } catch (error) {
    if (error instanceof ScenarioError) return error;
    throw error;
  }
  throw new Error("it is a scenario");
}
