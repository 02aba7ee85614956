import { spawn } from "node:child_process";
import { randomUUID } from "node:crypto";
import { existsSync, mkdtempSync, readFileSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { afterEach, beforeEach, describe, expect, it } from "vitest";

import { pause, waitUntil } from "../../../src/base/wait.js";
import { readState, stateFiles } from "../../../src/processes/warden-state.js";
import { printedChance } from "../../support/chance.js";
import { processesWith } from "./marked-processes.js";
import { cli, inRepository } from "../../support/paths.js";

/**
 * How often `lossbound` is killed: a few times in `npm test`, twenty times with `npm run kills`.
 */
const kills = Array.from({ length: Number(process.env["LOSSBOUND_KILL_RUNS"] ?? 4) }, (_, run) => run);
/** A run takes about ten seconds; the kills are spread over all of it, including start and end. */
const runMs = 9_000;
const chance = printedChance();

describe("a lossbound process that gets SIGKILL", () => {
  let temporary: string;
  let mark: string;
  beforeEach(() => {
    temporary = mkdtempSync(join(tmpdir(), "lossbound-test-"));
    mark = randomUUID();
  });
  afterEach(() => rmSync(temporary, { recursive: true, force: true }));

  it.each(kills)("leaves no process and no folder behind (kill %i)", async (kill) => {
    const lossbound = start(temporary, mark);
    const after = Math.round(((kill + chance()) / kills.length) * runMs);
    await pause(after);
    const before = foldersOf(lossbound.pid!);
    lossbound.kill("SIGKILL");
    const claimed = [...before, ...foldersOf(lossbound.pid!)];

    const left = (): string[] => [
      ...processesWith(mark),
      ...ownFolders(temporary),
      ...ownFolders(join(temporary, "out")),
      ...claimed.filter((folder) => existsSync(folder)),
      ...foldersOf(lossbound.pid!),
    ];
    await waitUntil(`everything to be gone (killed after ${after} ms)`, () => left().length === 0, {
      limitMs: 8_000,
      everyMs: 100,
      evidence: () => left().join("\n"),
    });
  });

  it("does not disturb the next run", async () => {
    const next = start(temporary, mark);
    const code = await new Promise((resolve) => next.once("exit", resolve));

    expect(code).toBe(0);
    expect(processesWith(mark)).toEqual([]);
    expect(ownFolders(temporary)).toEqual([]);
    expect(readdirSync(join(temporary, "out")).toSorted()).toEqual(["report.html", "short"]);
    expect(JSON.parse(readFileSync(join(temporary, "out", "short", "result.json"), "utf8"))).toHaveProperty(
      "verdict",
      "held",
    );
  });

  it.each(["SIGINT", "SIGTERM"] as const)("cleans up by itself on %s, and exits with 130", async (signal) => {
    const lossbound = start(temporary, mark);
    await waitUntil("the workers to run", () => processesWith(mark).length >= 6, { limitMs: 60_000 });
    lossbound.kill(signal);
    const code = await new Promise((resolve) => lossbound.once("exit", resolve));

    expect(code).toBe(130);
    expect(processesWith(mark)).toEqual([]);
    expect([...ownFolders(temporary), ...ownFolders(join(temporary, "out"))]).toEqual([]);
  });
});

function start(temporary: string, mark: string): ReturnType<typeof spawn> {
  const args = [
    cli,
    "run",
    inRepository("test", "broker", "run", "short.yaml"),
    "--out",
    join(temporary, "out"),
    "--quiet",
  ];
  const env = { ...process.env, TMPDIR: temporary, LOSSBOUND_TEST_MARK: mark };
  return spawn(process.execPath, args, { env, stdio: "ignore" });
}

/** The folders that the warden of this lossbound must delete, according to its state file. */
function foldersOf(pid: number): readonly string[] {
  const states = stateFiles().map((file) => readState(file));
  return states.find((state) => state?.lossbound.pid === pid)?.folders ?? [];
}

function ownFolders(folder: string): string[] {
  try {
    return readdirSync(folder).filter((name) => name.startsWith("lossbound-"));
  } catch {
    return [];
  }
}
