import { spawn } from "node:child_process";

import { describe, expect, it } from "vitest";

import { waitUntil } from "../../../src/base/wait.js";
import { identify, isStopped } from "../../../src/processes/identity.js";

describe("a process", () => {
  it("is seen to stand still from SIGSTOP to SIGCONT, and is the same all the while", async () => {
    const child = spawn(process.execPath, ["-e", "setInterval(() => {}, 1000)"], { stdio: "ignore" });
    const pid = child.pid!;
    const identity = identify(pid);
    const seen = { limitMs: 60_000, everyMs: 1 };
    try {
      expect(isStopped(pid)).toBe(false);
      child.kill("SIGSTOP");
      await waitUntil("it to stand still", () => isStopped(pid), seen);
      expect(identify(pid)).toEqual(identity);
      child.kill("SIGCONT");
      await waitUntil("it to go on", () => !isStopped(pid), seen);
    } finally {
      child.kill("SIGKILL");
    }
    await waitUntil("it to be gone", () => identify(pid) === undefined, seen);
    expect(isStopped(pid)).toBe(false);
  });
});
