import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";

import fc from "fast-check";
import { describe, expect, test, vi } from "vitest";

import { ScenarioError } from "../../../../src/scenario/file/problems.js";
import { parseScenario } from "../../../../src/scenario/file/read.js";
import { inRepository } from "../../../support/paths.js";

// A machine with other work to do may need ten times what these take.
vi.setConfig({ testTimeout: 60_000 });

const folder = inRepository("scenarios");
const shipped = readdirSync(folder)
  .filter((name) => name.endsWith(".yaml"))
  .map((name) => readFileSync(join(folder, name), "utf8"));

/** Keys and values that a scenario has, in places where it may not have them. */
const words = [...new Set(shipped.join("\n").match(/[\w/%-]+/g))];
const specials = [
  "{",
  "}",
  "[",
  "]",
  ": ",
  "- ",
  "\n",
  "  ",
  "\t",
  "&a ",
  "*a",
  "<<",
  "? ",
  "!!",
  "|",
  ">",
  '"',
  "%",
];

/**
 * Either a scenario, or an error that names a place on each of its lines. Any other error, above all
 * one that escapes from zod or yaml, fails the property.
 */
function parsesOrComplains(text: string): void {
  try {
    const scenario = parseScenario(text, "any.yaml");
    expect(scenario.name).toBe("any");
  } catch (error) {
    if (!(error instanceof ScenarioError)) throw error;
    expect(error.code).toBe("INPUT");
    expect(error.problems.length).toBeGreaterThan(0);
    const lines = error.message.split("\n");
    expect(lines).toHaveLength(error.problems.length);
    const last = text.split(/\r\n|\n|\r/).length;
    for (const [index, line] of lines.entries()) {
      expect(line).toMatch(/^any\.yaml:\d+:\d+: .+: found .+, allowed .+$/);
      expect(line).not.toMatch(/undefined|\[object|Invalid input|node_modules| at .*\.[jt]s:/);
      const problem = error.problems[index];
      expect(problem?.line).toBeGreaterThanOrEqual(1);
      expect(problem?.line).toBeLessThanOrEqual(last);
      expect(problem?.column).toBeGreaterThanOrEqual(1);
    }
  }
}

type Tree = Record<string, unknown>;

/** A whole scenario as values, so that it can be changed by structure and not only by letters. */
const tree: Tree = {
  guarantee: "at-most-once",
  brokers: { count: 3, config: { "log.retention.check.interval.ms": 500 } },
  topic: { partitions: 3, replicationFactor: 3, config: { "min.insync.replicas": 2 } },
  producers: { count: 2, rate: "2000/s", messages: 20_000, size: "200B", acks: 1, metadataMaxAge: "1s" },
  consumers: { count: 2, commitEvery: 100, handle: "2ms", reset: "earliest", sessionTimeout: "2s" },
  faults: [
    { at: "3s", for: "2s", on: "producer-link", toxic: "timeout" },
    {
      at: "3s",
      for: "1s",
      on: "consumer-link",
      toxic: "latency",
      latency: "50ms",
      times: 2,
      every: "2s",
    },
    { after: { sent: 5 }, on: "producer-link", toxic: "slicer", average_size: 64, delay: "5us" },
    { at: "9s", on: "producer-link", down: true },
    { after: { processed: 50 }, kill: "consumer", restartAfter: "500ms", times: 5, every: "1s" },
    { when: { handling: { message: 7, of: 10 } }, kill: "consumer", worker: 1, restartAfter: "1s" },
    { when: "in-commit", pause: "consumer", for: "1s" },
    { at: "1s", stop: "producer", restartAfter: "1s" },
    { at: "1s", kill: "broker", broker: "leader", partition: 2, for: "1s", times: 2, every: "2s" },
    { at: "6s", pause: "broker", broker: 1 },
    { at: "1s", on: "producer-link", toxic: "bandwidth", rate: 5, stream: "both", broker: 2 },
    { at: "1s", join: "consumer", for: "1s" },
    { at: "1s", oversize: "2MB" },
    { at: "1s", deleteRecords: { upTo: 5, partition: 1 } },
    { at: "1s", moveLeader: { partition: 0 } },
    { at: "1s", addPartitions: 2 },
    { at: "1s", resetOffsets: "expired" },
  ],
  faultsDrawn: 9,
  expect: {
    lost: { min: 5, max: "9%" },
    lostBy: { log: 0, "in-transit": { min: 3 } },
    duplicated: 0,
  },
};

interface Place {
  holder: Record<string | number, unknown>;
  key: string | number;
}

function* placesOf(value: unknown): Iterable<Place> {
  if (typeof value !== "object" || value === null) return;
  const holder = value as Record<string | number, unknown>;
  for (const key of Array.isArray(value) ? value.keys() : Object.keys(value)) {
    yield { holder, key };
    yield* placesOf(holder[key]);
  }
}

const strangeKey = fc.oneof(
  fc.constantFrom(...words, "__proto__", "constructor", "toString", "<<", ""),
  fc.string({ unit: "binary" }),
);
const strangeValue = fc.oneof(
  fc.jsonValue() as fc.Arbitrary<unknown>,
  fc.constantFrom<unknown>(...words, 0, -0, -1, 1.5, 1e300, 2 ** 53, null, true, [], {}),
);
const change = fc.record({
  where: fc.nat(),
  how: fc.constantFrom("delete", "rename", "replace", "add", "double"),
  key: strangeKey,
  value: strangeValue,
});

function changed(changes: (typeof change extends fc.Arbitrary<infer C> ? C : never)[]): Tree {
  const copy = structuredClone(tree);
  for (const { where, how, key, value } of changes) {
    const places = [...placesOf(copy)];
    const place = places[where % Math.max(places.length, 1)];
    if (!place) continue;
    const { holder } = place;
    const own = (name: string | number, held: unknown) =>
      Object.defineProperty(holder, name, {
        value: held,
        enumerable: true,
        configurable: true,
        writable: true,
      });
    if (how === "replace") own(place.key, value);
    else if (how === "double" && Array.isArray(holder))
      holder.push(structuredClone(holder[place.key as number]));
    else if (Array.isArray(holder)) holder.splice(place.key as number, 1);
    else {
      if (how === "rename") own(key, holder[place.key]);
      if (how === "add") own(key, value);
      if (how === "delete" || how === "rename") delete holder[place.key];
    }
  }
  return copy;
}

describe("whatever a file holds, it is a scenario or a list of problems with their places:", () => {
  test("any text", () => {
    fc.assert(fc.property(fc.string({ unit: "binary", maxLength: 200 }), parsesOrComplains), {
      numRuns: 400,
    });
  });

  test("any mixture of a scenario's words and YAML's signs", () => {
    const mixture = fc.array(fc.constantFrom(...words, ...specials), { maxLength: 60 });
    fc.assert(
      fc.property(mixture, (parts) => parsesOrComplains(parts.join(""))),
      { numRuns: 600 },
    );
  });

  test("a shipped scenario with pieces cut out and put in", () => {
    const cut = fc.record({
      at: fc.nat(),
      length: fc.nat({ max: 30 }),
      instead: fc.oneof(
        fc.constantFrom(...words, ...specials, ""),
        fc.string({ unit: "binary", maxLength: 5 }),
      ),
    });
    fc.assert(
      fc.property(
        fc.constantFrom(...shipped),
        fc.array(cut, { minLength: 1, maxLength: 4 }),
        (text, cuts) => {
          parsesOrComplains(
            cuts.reduce((left, { at, length, instead }) => {
              const from = at % (left.length + 1);
              return left.slice(0, from) + instead + left.slice(from + length);
            }, text),
          );
        },
      ),
      { numRuns: 600 },
    );
  });

  test("a scenario with keys and values deleted, renamed, doubled and replaced", () => {
    expect(() => parseScenario(JSON.stringify(tree), "whole.yaml")).not.toThrow();
    fc.assert(
      fc.property(fc.array(change, { minLength: 1, maxLength: 4 }), (changes) => {
        parsesOrComplains(JSON.stringify(changed(changes), undefined, 1));
      }),
      { numRuns: 1_000 },
    );
  });

  test("a scenario with one line twice", () => {
    fc.assert(
      fc.property(fc.constantFrom(...shipped), fc.nat(), fc.nat(), (text, from, to) => {
        const lines = text.split("\n");
        lines.splice(to % lines.length, 0, lines[from % lines.length] ?? "");
        parsesOrComplains(lines.join("\n"));
      }),
      { numRuns: 400 },
    );
  });
});
