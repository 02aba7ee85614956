import { readFile } from "node:fs/promises";

import { describe, expect, test } from "vitest";

import { scenarioJsonSchema } from "../../../../src/scenario/file/json-schema.js";
import { inRepository } from "../../../support/paths.js";

const schema = scenarioJsonSchema();

interface Node {
  description?: string;
  type?: string;
  pattern?: string;
  properties?: Record<string, Node>;
  required?: string[];
  items?: Node;
  anyOf?: Node[];
  additionalProperties?: boolean | Node;
}

/** Every node of the schema, with the path of keys that leads to it. */
function* nodesOf(node: Node, path: string): Iterable<[string, Node]> {
  yield [path, node];
  for (const [key, child] of Object.entries(node.properties ?? {})) {
    yield* nodesOf(child, `${path}.${key}`);
  }
  for (const [index, child] of (node.anyOf ?? []).entries()) {
    yield* nodesOf(child, `${path}|${index}`);
  }
  if (node.items) yield* nodesOf(node.items, `${path}[]`);
}

const nodes = [...nodesOf(schema, "")];
const faults = (schema as Node).properties?.["faults"]?.items?.anyOf ?? [];

test("the schema that ships is the one that reads scenarios (else: npm run build && npm run schemas)", async () => {
  const shipped = await readFile(inRepository("schemas", "scenario.schema.json"), "utf8");
  expect(JSON.parse(shipped)).toEqual(schema);
});

describe("in an editor", () => {
  test("every key has a description", () => {
    const silent = nodes.flatMap(([path, { properties = {} }]) =>
      Object.entries(properties)
        .filter(([, child]) => !child.description)
        .map(([key]) => `${path}.${key}`),
    );
    expect(silent).toEqual([]);
  });

  test("no map takes an unknown key, but those of Kafka's own settings", () => {
    const open = nodes.filter(([, node]) => node.type === "object" && node.additionalProperties !== false);
    expect(open.map(([path]) => path)).toEqual([".brokers.config", ".topic.config"]);
  });

  test("what has no default is required", () => {
    expect((schema as Node).required).toEqual(["guarantee", "producers", "expect"]);
    expect((schema as Node).properties?.["producers"]?.required).toEqual(["rate", "messages"]);
  });

  test("each toxic and each other fault is a form of its own", () => {
    const forms = faults.map((form) => Object.keys(form.properties ?? {})[0]);
    const processes = ["kill", "kill", "pause", "pause", "stop", "stop"];
    const topics = ["deleteRecords", "retention", "recreateTopic", "moveLeader", "addPartitions"];
    expect(forms).toEqual([
      ...Array(7).fill("toxic"),
      "down",
      ...processes,
      "join",
      "oversize",
      ...topics,
      "resetOffsets",
    ]);
  });

  test("every default is one that the pattern beside it allows", () => {
    const wrong = nodes.filter(
      ([, node]) =>
        node.pattern !== undefined &&
        "default" in node &&
        !new RegExp(node.pattern).test(String(node.default)),
    );
    expect(wrong).toEqual([]);
  });
});
