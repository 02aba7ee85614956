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

test("cachedPart builds a part once and then finds it", async () => {
  scratchCache();
  await using hosting = await openHosting(() => {});
  let built = 0;
  const build = async (folder: string) => writeFileSync(join(folder, "file"), String(++built));
  const folder = await cachedPart(hosting, "part-1.0.0", build);
  expect(await cachedPart(hosting, "part-1.0.0", build)).toBe(folder);
  expect(readFileSync(join(folder, "file"), "utf8")).toBe("1");
});

test("two concurrent builds of one part both return the first complete one", async () => {
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

test("a killed build leaves nothing behind, and the next build succeeds", async () => {
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

test("a failed build leaves nothing behind", async () => {
  scratchCache();
  await using hosting = await openHosting(() => {});
  const failing = cachedPart(hosting, "part-1.0.0", async (folder) => {
    writeFileSync(join(folder, "half"), "");
    throw new Error("no more");
  });
  await expect(failing).rejects.toThrow("no more");
  expect(readdirSync(partsFolder())).toEqual([]);
});

test("a build deletes the folders of dead builds, but not of active ones", async () => {
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

test("cacheFolder uses LOSSBOUND_CACHE, or else XDG_CACHE_HOME", () => {
  expect(cacheFolder({ LOSSBOUND_CACHE: "/a", XDG_CACHE_HOME: "/b" })).toBe("/a");
  expect(cacheFolder({ XDG_CACHE_HOME: "/b" })).toBe("/b/lossbound");
  expect(cacheFolder({ XDG_CACHE_HOME: "relative" })).toMatch(/\.cache\/lossbound$/);
});
