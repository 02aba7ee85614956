import { readdirSync } from "node:fs";
import { join } from "node:path";

import { expect, test, vi } from "vitest";

import { partsFolder } from "../../../../src/environment/local/cached-part.js";
import { diagnose } from "../../../../src/environment/local/diagnose.js";
import { openHosting } from "../../../../src/processes/hosting.js";
import { obtainKafkaJars } from "../../../../src/environment/local/kafka-jars.js";
import { openLocal } from "../../../../src/environment/local/local.js";
import { runningFolder } from "../../../../src/processes/warden-state.js";
import { obtainToxiproxy } from "../../../../src/environment/local/toxiproxy-server.js";
import { findTool, requireTool, type ToolName } from "../../../../src/environment/local/tools.js";
import { fakeTool, pathWith, scratchCache } from "../../../support/programs.js";

test.each<[ToolName, RegExp, RegExp]>([
  [
    "java",
    /^missing: java 17 or newer to run Apache Kafka; there is none on PATH/,
    /Debian: .*\n.*macOS: .*\n.*--environment external/,
  ],
  ["mvn", /^missing: mvn to fetch the jars/, /Debian: .*\n.*macOS: .*\n.*--environment external/],
  [
    "go",
    /^missing: go 1\.23 or newer to build/,
    /Debian: .*\n.*macOS: .*\n.*toxiproxy-server on PATH.*\n.*--environment external/,
  ],
])("%s that is missing is an error that says how to come by it, or do without", async (name, what, how) => {
  noTools(scratchCache());
  const missing = requireTool(name);
  await expect(missing).rejects.toMatchObject({
    code: "ENVIRONMENT",
    message: expect.stringMatching(what),
  });
  await expect(missing).rejects.toThrow(how);
});

test.each([
  ["java", 'openjdk version "11.0.22" 2024-01-16', "11.0.22"],
  ["java", 'openjdk version "1.8.0_392"', "1.8.0_392"],
  ["go", "go version go1.22.5 linux/amd64", "1.22.5"],
] as const)("%s that is too old is an error that says so: %s", async (name, says, version) => {
  const scratch = scratchCache();
  noTools(scratch);
  fakeTool(join(scratch, "bin"), name, `echo '${says}'`);
  await expect(requireTool(name)).rejects.toThrow(`${join(scratch, "bin", name)} is version ${version}`);
});

test.each([
  'openjdk version "17.0.15" 2025-04-15',
  'openjdk version "21" 2023-09-19',
  'java version "24-ea"',
])("java that says %s is good enough", async (says) => {
  const scratch = scratchCache();
  noTools(scratch);
  fakeTool(join(scratch, "home", "bin"), "java", `echo '${says}' >&2`);
  vi.stubEnv("JAVA_HOME", join(scratch, "home"));
  expect(await requireTool("java")).toMatchObject({ path: join(scratch, "home", "bin", "java") });
});

test("a Grafana is found as Debian installs it, and the program on PATH before that", async () => {
  const scratch = scratchCache();
  noTools(scratch);
  const versionOf = async () => (await findTool("grafana"))?.version;
  expect(await versionOf()).toBeUndefined();
  fakeTool(join(scratch, "sbin"), "grafana-server", "echo Version 9.1.2");
  expect(await versionOf()).toBe("9.1.2");
  fakeTool(join(scratch, "sbin"), "grafana", "echo grafana version 12.0.1");
  expect(await versionOf()).toBe("12.0.1");
  fakeTool(join(scratch, "bin"), "grafana", "echo grafana version 13.0.0");
  expect(await versionOf()).toBe("13.0.0");
  // Others are where PATH says, and nowhere else.
  fakeTool(join(scratch, "sbin"), "prometheus", "echo prometheus, version 3.5.0");
  expect(await findTool("prometheus")).toBeUndefined();
});

test("a machine without tools cannot open a local environment, and is left as it was", async () => {
  noTools(scratchCache());
  await expect(openLocal({ brokers: { count: 1 }, progress: () => {} })).rejects.toThrow(/^missing: /);
  expect(readdirSync(partsFolder())).toEqual([]);
  expect(readdirSync(runningFolder())).toEqual([]);
});

test("a fetch that fails shows what Maven printed, and leaves the cache as it was", async () => {
  const scratch = scratchCache();
  fakeTool(
    join(scratch, "bin"),
    "mvn",
    '[ "$1" = -version ] && echo Apache Maven 3.8.7 && exit; echo no route; exit 3',
  );
  vi.stubEnv("PATH", pathWith(join(scratch, "bin")));
  await using hosting = await openHosting(() => {});
  const lines: string[] = [];
  await expect(obtainKafkaJars(hosting, (line) => lines.push(line))).rejects.toMatchObject({
    code: "ENVIRONMENT",
    message: expect.stringMatching(/mvn.*the cache is unharmed.*exit code 3/),
    detail: "no route",
  });
  expect(lines).toEqual([
    expect.stringMatching(/^fetching Apache Kafka 4\.1\.0 \(93 jars, 54 MB\) with mvn/),
  ]);
  expect(readdirSync(partsFolder())).toEqual([]);
});

test("a Toxiproxy on PATH is taken as it is, under the version it gives itself", async () => {
  const scratch = scratchCache();
  fakeTool(join(scratch, "bin"), "toxiproxy-server", "echo toxiproxy-server version git");
  vi.stubEnv("PATH", pathWith(join(scratch, "bin")));
  await using hosting = await openHosting(() => {});
  expect(await obtainToxiproxy(hosting, () => {})).toEqual({
    command: join(scratch, "bin", "toxiproxy-server"),
    version: "git",
  });
});

test("a diagnosis says what is there, what is missing, and what is needed", async () => {
  const scratch = scratchCache();
  noTools(scratch);
  fakeTool(join(scratch, "bin"), "go", "echo go version go1.26.8 linux/amd64");
  const { node, tools, cache, leftovers } = await diagnose();
  expect(node).toEqual({
    version: process.versions.node,
    path: process.execPath,
    isGoodEnough: true,
  });
  expect(tools.map(({ name, isNeeded, found }) => [name, isNeeded, found?.version])).toEqual([
    ["java", true, undefined],
    ["mvn", true, undefined],
    ["go", true, "1.26.8"],
    ["toxiproxy-server", false, undefined],
  ]);
  expect(cache).toEqual({ folder: join(scratch, "cache"), parts: [] });
  expect(leftovers).toEqual([]);
});

/** A PATH on which there is nothing but what the test puts there, and the shell's own. */
function noTools(scratch: string): void {
  vi.stubEnv("PATH", join(scratch, "bin"));
  vi.stubEnv("JAVA_HOME", undefined);
}
