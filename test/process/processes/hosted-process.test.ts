import { randomBytes } from "node:crypto";
import { existsSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";

import { describe, expect, test, vi } from "vitest";

import { pause, waitUntil, within } from "../../../src/base/wait.js";
import { openHosting, type Hosting } from "../../../src/processes/hosting.js";
import { identify } from "../../../src/processes/identity.js";
import { readState, runningFolder, stateFileOf } from "../../../src/processes/warden-state.js";
import type { HostedProcess } from "../../../src/processes/hosted-process.js";
import { processesWith, Program, scratchCache } from "../../support/programs.js";
import { fixture } from "../../support/paths.js";

const soon = { limitMs: 60_000, everyMs: 10 };

describe("when lossbound is killed", () => {
  test("its processes, their children, a stopped process and its folders are removed", async () => {
    scratchCache();
    const mark = newMark();
    const program = new Program("holds-processes.mjs", mark);
    const stateFile = await program.says<string>("stateFile");
    const folder = await program.says<string>("folder");
    await program.says("ready");
    const output = await program.says<string>("output");
    await waitUntil("the child of the first", () => /up[^]*up/.test(readFileSync(output, "utf8")), soon);
    // The program, two processes and the child of one of them.
    expect(processesWith(mark)).toHaveLength(4);
    expect(readState(stateFile)?.processes).toHaveLength(2);

    program.child.kill("SIGKILL");

    await waitUntil("all processes to be gone", () => processesWith(mark).length === 0, soon);
    await waitUntil("the folder to be gone", () => !existsSync(folder), soon);
    await waitUntil("the warden to be gone", () => processesWith(stateFile).length === 0, soon);
    expect(readdirSync(runningFolder())).toEqual([]);
  });

  const moments = ["up", "stateFile", "folder"].flatMap((after) =>
    [0, 4, 8, 16, 32, 64].map((ms) => ({ after, ms })),
  );
  test.each(moments)("everything is removed $ms ms after it printed $after", async ({ after, ms }) => {
    const cache = scratchCache();
    const mark = newMark();
    const program = new Program("holds-processes.mjs", mark);
    await program.says(after);
    await pause(ms);
    program.child.kill("SIGKILL");
    await waitUntil("all processes to be gone", () => processesWith(mark).length === 0, soon);
    await waitUntil("the warden to be gone", () => processesWith(cache).length === 0, soon);
    const folders = program.said.flatMap(({ folder }) => (typeof folder === "string" ? [folder] : []));
    expect(folders.filter((folder) => existsSync(folder))).toEqual([]);
    expect(existsSync(runningFolder()) ? readdirSync(runningFolder()) : []).toEqual([]);
  });
});

describe("when the warden is killed", () => {
  test("lossbound kills the processes, deletes the folders and reports an error", async () => {
    scratchCache();
    await using hosting = await openHosting(() => {});
    const folder = await hosting.folder("held");
    const stubborn = await startStubborn(hosting, folder.path);
    const stateFile = stateFileOf(hosting.id);

    process.kill(wardenOf(hosting), "SIGKILL");

    expect(await within("the process to end", stubborn.ended, 60_000)).toEqual({
      code: null,
      signal: "SIGKILL",
    });
    expect(hosting.died.reason).toMatchObject({
      code: "ENVIRONMENT",
      message: expect.stringContaining("SIGKILL"),
    });
    expect(identify(stubborn.pid)).toBeUndefined();
    expect(existsSync(folder.path)).toBe(false);
    expect(existsSync(stateFile)).toBe(false);
    await expect(startStubborn(hosting, folder.path)).rejects.toMatchObject({
      code: "ENVIRONMENT",
    });
    await expect(hosting.folder("more")).rejects.toMatchObject({ code: "ENVIRONMENT" });
  });
});

describe("a hosting", () => {
  test("leaves no process, no folder and no state file when it is disposed", async () => {
    scratchCache();
    const hosting = await openHosting(() => {});
    const folder = await hosting.folder("held", 1000);
    const stubborn = await startStubborn(hosting, folder.path);
    stubborn.signal("SIGSTOP");
    const warden = wardenOf(hosting);

    await hosting[Symbol.asyncDispose]();

    expect(await stubborn.ended).toEqual({ code: null, signal: "SIGKILL" });
    expect(hosting.died.aborted).toBe(false);
    expect(existsSync(folder.path)).toBe(false);
    expect(identify(warden)).toBeUndefined();
    expect(readdirSync(runningFolder())).toEqual([]);
  });

  test("survives the signals of a terminal", async () => {
    scratchCache();
    await using hosting = await openHosting(() => {});
    for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) process.kill(wardenOf(hosting), signal);
    await using folder = await hosting.folder("held");
    const stubborn = await startStubborn(hosting, folder.path);
    expect(stubborn.end).toBeUndefined();
    expect(hosting.died.aborted).toBe(false);
  });

  test("deletes a folder with its content when the folder is disposed", async () => {
    scratchCache();
    await using hosting = await openHosting(() => {});
    const folder = await hosting.folder("held");
    writeFileSync(join(folder.path, "file"), "");
    await folder[Symbol.asyncDispose]();
    expect(existsSync(folder.path)).toBe(false);
    expect(readState(stateFileOf(hosting.id))?.folders).toEqual([]);
  });
});

describe("a process under the warden", () => {
  test("delivers all IPC messages in order before its end is reported", async () => {
    scratchCache();
    await using hosting = await openHosting(() => {});
    await using folder = await hosting.folder("held");
    const talker = await startTalker(hosting, folder.path);
    const heard: unknown[] = [];
    talker.onMessage((message) => heard.push(message));
    await waitUntil("its greeting", () => heard.length === 2, soon);
    talker.send(21);
    talker.send("last words");
    expect(await within("its end", talker.ended, 60_000)).toEqual({ code: 7, signal: null });
    expect(heard.slice(0, 3)).toEqual(["hello", "again", 42]);
    expect(heard.slice(3).map((word) => Number.parseInt(word as string))).toEqual(hundred);
    expect(talker.signal("SIGTERM")).toBe(false);
  });

  test("delivers IPC messages that were sent before the first listener was added", async () => {
    scratchCache();
    await using hosting = await openHosting(() => {});
    await using folder = await hosting.folder("held");
    const talker = await startTalker(hosting, folder.path);
    talker.send("last words");
    await within("its end", talker.ended, 60_000);
    const heard: unknown[] = [];
    talker.onMessage((message) => heard.push(message));
    expect(heard.slice(0, 2)).toEqual(["hello", "again"]);
    expect(heard.slice(2).map((word) => Number.parseInt(word as string))).toEqual(hundred);
  });

  test("is killed at the limit if it ignores SIGTERM", async () => {
    scratchCache();
    await using hosting = await openHosting(() => {});
    await using folder = await hosting.folder("held");
    const stubborn = await startStubborn(hosting, folder.path);
    expect(stubborn.lastLines()).toBe("up");
    expect(await stubborn.stop(50)).toEqual({ code: null, signal: "SIGKILL" });
    expect(stubborn.end).toEqual({ code: null, signal: "SIGKILL" });
  });

  test("gets the TLS and SASL settings only if its order asks for them", async () => {
    scratchCache();
    vi.stubEnv("LOSSBOUND_SASL_PASSWORD", "s3cret");
    vi.stubEnv("LOSSBOUND_TLS", "1");
    vi.stubEnv("LOSSBOUND_TLS_KEY", "/key.pem");
    await using hosting = await openHosting(() => {});
    await using folder = await hosting.folder("held");
    const settingsOf = async (name: string, secrets?: boolean): Promise<string[]> => {
      const process = await hosting.start({
        name,
        command: "/usr/bin/env",
        args: [],
        env: { LOSSBOUND_TLS_OWN: "given by name" },
        output: join(folder.path, name),
        ...(secrets !== undefined && { secrets }),
      });
      await within("its end", process.ended, 60_000);
      const lines = readFileSync(join(folder.path, name), "utf8").split("\n");
      expect(lines.some((line) => line.startsWith("LOSSBOUND_CACHE="))).toBe(true);
      return lines.filter((line) => /^LOSSBOUND_(SASL|TLS)/.test(line)).toSorted();
    };
    expect(await settingsOf("broker")).toEqual(["LOSSBOUND_TLS_OWN=given by name"]);
    expect(await settingsOf("worker", true)).toEqual([
      "LOSSBOUND_SASL_PASSWORD=s3cret",
      "LOSSBOUND_TLS=1",
      "LOSSBOUND_TLS_KEY=/key.pem",
      "LOSSBOUND_TLS_OWN=given by name",
    ]);
  });

  test("causes an error with its name if it cannot be started", async () => {
    scratchCache();
    await using hosting = await openHosting(() => {});
    await using folder = await hosting.folder("held");
    const order = { name: "nothing", command: join(folder.path, "nothing"), args: [] };
    await expect(hosting.start({ ...order, output: join(folder.path, "log") })).rejects.toMatchObject({
      code: "ENVIRONMENT",
      message: expect.stringMatching(/^cannot start nothing: .*ENOENT/),
    });
    await expect(hosting.start({ ...order, output: join(folder.path, "no", "log") })).rejects.toMatchObject({
      message: expect.stringContaining("ENOENT"),
    });
  });
});

const hundred = Array.from({ length: 100 }, (_, word) => word);

async function startTalker(hosting: Hosting, folder: string): Promise<HostedProcess> {
  return await hosting.start({
    name: "talker",
    command: process.execPath,
    args: [fixture("talker.mjs")],
    output: join(folder, "talker.log"),
    talks: true,
  });
}

async function startStubborn(hosting: Hosting, folder: string): Promise<HostedProcess> {
  const stubborn = await hosting.start({
    name: "stubborn",
    command: process.execPath,
    args: [fixture("stubborn.mjs"), "unmarked"],
    output: join(folder, "stubborn.log"),
  });
  await waitUntil("the stubborn process to start", () => stubborn.lastLines() === "up", soon);
  return stubborn;
}

function wardenOf(hosting: Hosting): number {
  return readState(stateFileOf(hosting.id))!.warden.pid;
}

function newMark(): string {
  return `mark-${randomBytes(8).toString("hex")}`;
}
