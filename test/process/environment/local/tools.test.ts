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
    /^java 17 or newer is required to run Apache Kafka, but was not found on PATH/,
    /Debian: .*\n.*macOS: .*\n.*--environment external/,
  ],
  [
    "mvn",
    /^mvn is required to download Apache Kafka once, but/,
    /Debian: .*\n.*macOS: .*\n.*--environment external/,
  ],
  [
    "go",
    /^go 1\.23 or newer is required to build/,
    /Debian: .*\n.*macOS: .*\n.*toxiproxy-server on PATH.*\n.*--environment external/,
  ],
])("a missing %s causes an error that says how to install it or do without it", async (name, what, how) => {
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
] as const)("an outdated %s causes an error with its version: %s", async (name, says, version) => {
  const scratch = scratchCache();
  noTools(scratch);
  fakeTool(join(scratch, "bin"), name, `echo '${says}'`);
  await expect(requireTool(name)).rejects.toThrow(`${join(scratch, "bin", name)} is version ${version}`);
});

test.each([
  'openjdk version "17.0.15" 2025-04-15',
  'openjdk version "21" 2023-09-19',
  'java version "24-ea"',
])("java is new enough when it prints %s", async (says) => {
  const scratch = scratchCache();
  noTools(scratch);
  fakeTool(join(scratch, "home", "bin"), "java", `echo '${says}' >&2`);
  vi.stubEnv("JAVA_HOME", join(scratch, "home"));
  expect(await requireTool("java")).toMatchObject({ path: join(scratch, "home", "bin", "java") });
});

test("findTool finds Grafana on PATH first, and otherwise where Debian installs it", async () => {
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
  // Other tools are looked up on PATH only.
  fakeTool(join(scratch, "sbin"), "prometheus", "echo prometheus, version 3.5.0");
  expect(await findTool("prometheus")).toBeUndefined();
});

test("openLocal fails without tools and changes nothing on the machine", async () => {
  noTools(scratchCache());
  await expect(openLocal({ brokers: { count: 1 }, progress: () => {} })).rejects.toThrow(/ is required to /);
  expect(readdirSync(partsFolder())).toEqual([]);
  expect(readdirSync(runningFolder())).toEqual([]);
});

test("a failed download shows the output of Maven and leaves the cache unchanged", async () => {
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
    message: expect.stringMatching(/mvn.*the cache is unchanged.*exit code 3/),
    detail: "no route",
  });
  expect(lines).toEqual([
    expect.stringMatching(/^downloading Apache Kafka 4\.1\.0 with mvn \(once, 93 jars, 54 MB\)/),
  ]);
  expect(readdirSync(partsFolder())).toEqual([]);
});

test("obtainToxiproxy uses a server on PATH, with the version that it reports", async () => {
  const scratch = scratchCache();
  fakeTool(join(scratch, "bin"), "toxiproxy-server", "echo toxiproxy-server version git");
  vi.stubEnv("PATH", pathWith(join(scratch, "bin")));
  await using hosting = await openHosting(() => {});
  expect(await obtainToxiproxy(hosting, () => {})).toEqual({
    command: join(scratch, "bin", "toxiproxy-server"),
    version: "git",
  });
});

test("diagnose lists the installed, the missing and the required tools", async () => {
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

/** Sets a PATH that contains only the tools that the test adds. */
function noTools(scratch: string): void {
  vi.stubEnv("PATH", join(scratch, "bin"));
  vi.stubEnv("JAVA_HOME", undefined);
}
