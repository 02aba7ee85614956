import { readdirSync, readFileSync } from "node:fs";
import path from "node:path";

import { describe, expect, test } from "vitest";

import { causesNamed } from "../../../src/views/words/catalogue.js";
import { readScenario } from "../../../src/scenario/file/read.js";
import { inRepository } from "../../support/paths.js";

const scenarios = filesIn("scenarios");
const experiments = filesIn("experiments");

describe.each([...scenarios, ...experiments])("%s", (_, file) => {
  test("claims something in one sentence", async () => {
    expect((await readScenario(file)).claim).toMatch(/^[A-Z][^.]+\.$/);
  });

  test("points editors to the schema", () => {
    const [first] = readFileSync(file, "utf8").split("\n");
    expect(first).toBe("# yaml-language-server: $schema=../schemas/scenario.schema.json");
  });
});

describe.each(scenarios)("%s", (_, file) => {
  test("bounds its loss from both sides", async () => {
    const { expect: claims } = await readScenario(file);
    // What the faults of the run reached has both ends, and proves nothing if it is nothing.
    if (claims.lost.exposed === true) return;
    expect(claims.lost.min).toBeDefined();
    expect(claims.lost.max).toBeDefined();
    // A scenario that is meant to lose proves nothing when it may lose nothing.
    expect(claims.lost.max?.value === 0 || (claims.lost.min?.value ?? 0) > 0).toBe(true);
  });

  test("names the causes that it loses by", async () => {
    const scenario = await readScenario(file);
    expect(causesNamed(scenario).length > 0).toBe(scenario.expect.lost.max?.value !== 0);
  });

  test("sends for at most 15 seconds", async () => {
    const { producers } = await readScenario(file);
    expect(producers.messages / producers.rate).toBeLessThanOrEqual(15);
  });
});

function filesIn(name: string): [name: string, file: string][] {
  const folder = inRepository(name);
  return readdirSync(folder)
    .filter((file) => file.endsWith(".yaml"))
    .map((file) => [file, path.join(folder, file)]);
}
