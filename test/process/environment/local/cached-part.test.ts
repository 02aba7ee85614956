import { spawnSync } from "node:child_process";
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";

import { expect, test } from "vitest";

import { waitUntil } from "../../../../src/base/wait.js";
import { cacheFolder } from "../../../../src/base/cache-folder.js";
import { cachedPart, partsFolder } from "../../../../src/environment/local/cached-part.js";
import { openHosting } from "../../../../src/processes/hosting.js";
import { Program, scratchCache } from "../../../support/programs.js";

const soon = { limitMs: 60_000, everyMs: 10 };

test("a part is built once, and then found", async () => {
  scratchCache();
  await using hosting = await openHosting(() => {});
  let built = 0;
  const build = async (folder: string) => writeFileSync(join(folder, "file"), String(++built));
  const place = await cachedPart(hosting, "part-1.0.0", build);
  expect(await cachedPart(hosting, "part-1.0.0", build)).toBe(place);
  expect(readFileSync(join(place, "file"), "utf8")).toBe("1");
});

test("two that build the same part at once both get the one that was first", async () => {
  scratchCache();
  await using one = await openHosting(() => {});
  await using two = await openHosting(() => {});
  let arrived = 0;
  let met!: () => void;
  const bothBuild = new Promise<void>((resolve) => (met = resolve));
  const builder = (name: string) => async (folder: string) => {
    writeFileSync(join(folder, "first half"), name);
    if (++arrived === 2) met();
    await bothBuild;
    writeFileSync(join(folder, "second half"), name);
  };
  const [a, b] = await Promise.all([
    cachedPart(one, "part-1.0.0", builder("one")),
    cachedPart(two, "part-1.0.0", builder("two")),
  ]);
  expect(a).toBe(b);
  expect(readdirSync(partsFolder())).toEqual(["part-1.0.0"]);
  expect(readFileSync(join(a, "first half"), "utf8")).toBe(readFileSync(join(a, "second half"), "utf8"));
});

test("a builder that is killed leaves nothing, and the next one builds", async () => {
  scratchCache();
  const program = new Program("builds-part.mjs");
  const building = await program.says<string>("building");
  expect(existsSync(building)).toBe(true);
  program.child.kill("SIGKILL");
  await waitUntil("the half-built folder to be gone", () => !existsSync(building), soon);
  expect(readdirSync(partsFolder())).toEqual([]);

  await using hosting = await openHosting(() => {});
  await cachedPart(hosting, "slow-1.0.0", async (folder) => writeFileSync(join(folder, "all"), ""));
  expect(readdirSync(partsFolder(), { recursive: true }).toSorted()).toEqual([
    "slow-1.0.0",
    join("slow-1.0.0", "all"),
  ]);
});

test("a builder that fails leaves nothing", async () => {
  scratchCache();
  await using hosting = await openHosting(() => {});
  const failing = cachedPart(hosting, "part-1.0.0", async (folder) => {
    writeFileSync(join(folder, "half"), "");
    throw new Error("no more");
  });
  await expect(failing).rejects.toThrow("no more");
  expect(readdirSync(partsFolder())).toEqual([]);
});

test("what a dead builder left is swept by the next; what a living one builds is not", async () => {
  scratchCache();
  await using hosting = await openHosting(() => {});
  const { pid: dead } = spawnSync(process.execPath, ["--version"]);
  mkdirSync(join(partsFolder(), `lossbound-building-${dead}-1-abcdef-part-0.9.0`), {
    recursive: true,
  });
  await cachedPart(hosting, "part-1.0.0", async (folder) => {
    await cachedPart(hosting, "part-2.0.0", async () => {});
    expect(existsSync(folder)).toBe(true);
  });
  expect(readdirSync(partsFolder()).toSorted()).toEqual(["part-1.0.0", "part-2.0.0"]);
});

test("the cache is where LOSSBOUND_CACHE says, or else XDG_CACHE_HOME", () => {
  expect(cacheFolder({ LOSSBOUND_CACHE: "/a", XDG_CACHE_HOME: "/b" })).toBe("/a");
  expect(cacheFolder({ XDG_CACHE_HOME: "/b" })).toBe("/b/lossbound");
  expect(cacheFolder({ XDG_CACHE_HOME: "relative" })).toMatch(/\.cache\/lossbound$/);
});
