import { readFileSync, readdirSync } from "node:fs";

import { expect, it } from "vitest";
import { inRepository } from "../../support/paths.js";

/** The names in each call of `toolForTests`, as a shell would write them. */
const wanted = new Set(
  readdirSync(inRepository("test"), { recursive: true, encoding: "utf8" })
    .filter((file) => file.endsWith(".test.ts"))
    .flatMap((file) => [
      ...readFileSync(inRepository("test", file), "utf8").matchAll(/= toolForTests\(([^)]+)\)/g),
    ])
    .map(([, names]) => names!.replaceAll(/[",\s]+/g, " ").trim()),
);

it("what the tests look for, .ci/run demands, or fetches where it is missing, under the same names", () => {
  const run = readFileSync(inRepository(".ci/run"), "utf8");
  const fetched = [...run.matchAll(/^here (.+) \|\| missing\+=/gm)].map(([, names]) => names!);
  // Without these nothing runs at all.
  const [, demanded = ""] = /^for tool in (.+); do$/m.exec(run) ?? [];
  for (const name of demanded.split(" ")) wanted.delete(name);

  expect(fetched.toSorted()).toEqual([...wanted].toSorted());
});

it("the workflow installs what no runner of its kind has, and then nothing may be skipped", () => {
  const run = readFileSync(inRepository(".ci/run"), "utf8");
  const workflow = readFileSync(inRepository(".github/workflows/ci.yml"), "utf8");
  // Those of the Docker engine stand in a condition: root alone needs them, which no job of the workflow is.
  const packages = new Set([...run.matchAll(/^here .+ missing\+=\(([a-z-]+)\)/gm)].map(([, name]) => name!));
  // GitHub's runners of Ubuntu have Chrome.
  packages.delete("chromium");

  const [, installed = ""] = /apt-get install [-\w ]*--no-install-recommends (.+)/.exec(workflow) ?? [];
  expect(installed.split(" ").toSorted()).toEqual([...packages].toSorted());
  expect(workflow).toContain("LOSSBOUND_REQUIRE_TOOLS=1");
});
