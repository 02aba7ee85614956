import { cpSync, existsSync, readFileSync } from "node:fs";
import { join, resolve } from "node:path";

import { expect, test } from "vitest";
import { parse as parseYaml } from "yaml";

import { scenarioJsonSchema } from "../../../src/scenario/file/json-schema.js";
import { aFolder } from "../../support/a-folder.js";
import { complaintsWith, problemsOf } from "./example.js";
import { inRepository, repository } from "../../support/paths.js";

const page = readFileSync(inRepository("docs", "scenario-format.md"), "utf8");

interface Node {
  properties?: Record<string, Node>;
  items?: Node;
  anyOf?: Node[];
}

/** Every key that a file may have, wherever it stands. */
function* keysOf(node: Node): Iterable<string> {
  for (const [key, child] of Object.entries(node.properties ?? {})) {
    yield key;
    yield* keysOf(child);
  }
  for (const child of node.anyOf ?? []) yield* keysOf(child);
  if (node.items) yield* keysOf(node.items);
}

test.each([...new Set(keysOf(scenarioJsonSchema() as Node))])(
  "the page about scenarios has the key %s",
  (key) => {
    // As code of its own, among other keys, or in a map.
    const code = [...page.matchAll(/`([^`\n]+)`/g)].map(([, inner]) => inner).join(" ");
    expect(code).toMatch(new RegExp(`(^|[\\s.{,])${key}($|[\\s.:},])`));
  },
);

const examples = [...page.matchAll(/```yaml\n([\s\S]*?)```/g)].map(([, example = ""]) => example);

test.each(examples.filter((example) => example.startsWith("faults:")))(
  "its faults are faults: %s",
  (example) => {
    const cluster = { brokers: { count: 3 }, topic: { partitions: 3, replicationFactor: 3 } };
    expect(
      complaintsWith({ ...cluster, consumers: { count: 3 }, ...(parseYaml(example) as object) }),
    ).toEqual([]);
  },
);

test("its bounds are bounds", () => {
  const bounds = examples.filter((example) => example.startsWith("lost:"));
  expect(bounds).toHaveLength(1);
  for (const line of bounds.join("").trim().split("\n")) {
    expect(complaintsWith({ expect: parseYaml(line) })).toEqual([]);
  }
  const each = examples.filter((example) => example.includes("\nexpect:\n  at-most-once:"));
  expect(each).toHaveLength(1);
  expect(complaintsWith(parseYaml(each.join("")) as Record<string, unknown>)).toEqual([]);
});

test("its wrong file gives the problems that it shows", () => {
  const wrong = examples.find((example) => example.includes("partitons")) ?? "";
  const shown = [...page.matchAll(/^ {6}(typo\.yaml:.*)$/gm)].map(([, line]) => line);
  expect(shown.length).toBeGreaterThan(3);
  expect(problemsOf(wrong, "typo.yaml")).toEqual(shown);
});

test("the schema that the page names exists in a clone, and in a project that has lossbound installed", () => {
  const clone = repository;
  const [inClone = "", inProject = "", ...others] = [
    ...page.matchAll(/^ +# yaml-language-server: \$schema=(\S+)$/gm),
  ].map(([, path]) => path);
  expect(others).toEqual([]);
  // A file in a folder beside `scenarios`, and in one beside `node_modules`.
  expect(existsSync(resolve(clone, "mine", inClone)), inClone).toBe(true);
  using project = aFolder({});
  const { files } = JSON.parse(readFileSync(join(clone, "package.json"), "utf8")) as { files: string[] };
  expect(files).toContain("schemas");
  cpSync(join(clone, "schemas"), project.file("node_modules/lossbound/schemas"), { recursive: true });
  expect(existsSync(resolve(project.path, "mine", inProject)), inProject).toBe(true);
});
