import { spawn } from "node:child_process";
import { existsSync, mkdirSync, readdirSync, writeFileSync } from "node:fs";
import { hostname, tmpdir } from "node:os";
import { join } from "node:path";

import { expect, test } from "vitest";

import { waitUntil } from "../../../src/base/wait.js";
import { openHosting } from "../../../src/processes/hosting.js";
import { identify, isAlive, type ProcessIdentity } from "../../../src/processes/identity.js";
import { clearLeftovers, findLeftovers } from "../../../src/processes/leftovers.js";
import {
  readState,
  runningFolder,
  stateFileOf,
  writeState,
  type WardenState,
} from "../../../src/processes/warden-state.js";
import { processesWith, Program, scratchCache } from "../../support/programs.js";
import { fixture } from "../../support/paths.js";

const soon = { limitMs: 60_000, everyMs: 10 };
const deadProcess: ProcessIdentity = { pid: 2, startedAt: "never" };

test("the next run removes the leftovers of a run whose lossbound and warden were both killed", async () => {
  const mark = scratchCache();
  const program = new Program("holds-processes.mjs", mark);
  const state = readState(await program.says<string>("stateFile"))!;
  const folder = await program.says<string>("folder");
  await program.says("ready");
  expect(findLeftovers()).toEqual([]);

  // Stopped, lossbound cannot notice the death of its warden.
  program.child.kill("SIGSTOP");
  process.kill(state.warden.pid, "SIGKILL");
  program.child.kill("SIGKILL");
  await waitUntil("both to be gone", () => !isAlive(state.lossbound) && !isAlive(state.warden), soon);

  expect(findLeftovers()).toMatchObject([
    { id: state.id, processes: [{ name: "with-child" }, { name: "stopped" }], folders: [folder] },
  ]);
  const lines: string[] = [];
  await using hosting = await openHosting((line) => lines.push(line));
  expect(lines).toEqual(["removed leftovers of 1 killed run(s): 2 process(es), 1 folder(s)"]);
  expect(processesWith(mark).length).toBe(1); // the new warden, whose state file is in that folder
  expect(existsSync(folder)).toBe(false);
  expect(readdirSync(runningFolder()).filter((name) => name.startsWith(state.id))).toEqual([]);
  expect(hosting.id).not.toBe(state.id);
});

test("clearLeftovers does not kill a process that reuses the id of a hosted one", async () => {
  scratchCache();
  const stranger = spawn(process.execPath, [fixture("stubborn.mjs"), "stranger"], {
    detached: true,
    stdio: "ignore",
  });
  try {
    const identity = identify(stranger.pid!)!;
    leave("reused", {
      processes: [{ name: "broker 1", pid: identity.pid, startedAt: "another time" }],
    });
    const cleared = await clearLeftovers();
    expect(cleared).toMatchObject([{ id: "reused", processes: [] }]);
    expect(isAlive(identity)).toBe(true);
  } finally {
    stranger.kill("SIGKILL");
  }
});

test("clearLeftovers ignores a run whose lossbound or warden is alive", async () => {
  scratchCache();
  const self = identify(process.pid)!;
  leave("lossbound-lives", { lossbound: self });
  leave("warden-lives", { warden: self });
  expect(await clearLeftovers()).toEqual([]);
  expect(readdirSync(runningFolder())).toHaveLength(2);
});

test("clearLeftovers ignores state files that are damaged, foreign or name foreign folders", async () => {
  const scratch = scratchCache();
  const precious = join(scratch, "precious");
  mkdirSync(precious);
  leave("foreign", { host: "elsewhere" });
  leave("greedy", { folders: [precious] });
  leave("init", {
    processes: [{ name: "all", pid: 1, startedAt: identify(1)?.startedAt ?? "" }],
  });
  writeFileSync(stateFileOf("damaged"), '{"schema":');
  expect(await clearLeftovers()).toEqual([]);
  expect(existsSync(precious)).toBe(true);
  expect(readdirSync(runningFolder())).toHaveLength(4);
});

test("clearLeftovers deletes leftover folders", async () => {
  scratchCache();
  const folder = join(tmpdir(), `lossbound-left-${process.pid}`);
  mkdirSync(join(folder, "deep"), { recursive: true });
  leave("left", { folders: [folder] });
  expect(await clearLeftovers()).toMatchObject([{ folders: [folder] }]);
  expect(existsSync(folder)).toBe(false);
  expect(readdirSync(runningFolder())).toEqual([]);
});

function leave(id: string, state: Partial<WardenState>): void {
  mkdirSync(runningFolder(), { recursive: true });
  writeState(stateFileOf(id), {
    schema: "lossbound.running/1",
    id,
    host: hostname(),
    lossbound: deadProcess,
    warden: deadProcess,
    processes: [],
    folders: [],
    ...state,
  });
}
