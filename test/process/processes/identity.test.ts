import { spawn } from "node:child_process";

import { describe, expect, it } from "vitest";

import { waitUntil } from "../../../src/base/wait.js";
import { identify, isStopped } from "../../../src/processes/identity.js";

describe("a process", () => {
  it("counts as stopped from SIGSTOP to SIGCONT, and keeps its identity", async () => {
    const child = spawn(process.execPath, ["-e", "setInterval(() => {}, 1000)"], { stdio: "ignore" });
    const pid = child.pid!;
    const identity = identify(pid);
    const limits = { limitMs: 60_000, everyMs: 1 };
    try {
      expect(isStopped(pid)).toBe(false);
      child.kill("SIGSTOP");
      await waitUntil("the process to stop", () => isStopped(pid), limits);
      expect(identify(pid)).toEqual(identity);
      child.kill("SIGCONT");
      await waitUntil("the process to continue", () => !isStopped(pid), limits);
    } finally {
      child.kill("SIGKILL");
    }
    await waitUntil("the process to be gone", () => identify(pid) === undefined, limits);
    expect(isStopped(pid)).toBe(false);
  });
});
