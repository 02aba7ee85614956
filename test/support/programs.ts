import { spawn, spawnSync, type ChildProcess } from "node:child_process";
import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { delimiter, join } from "node:path";
import { createInterface } from "node:readline";

import { afterEach, vi } from "vitest";

import { waitUntil } from "../../src/base/wait.js";
import { fixture } from "./paths.js";

/** Creates a folder for one test, with the cache for everything that the test starts. */
export function scratchCache(): string {
  const folder = mkdtempSync(join(tmpdir(), "environment-test-"));
  vi.stubEnv("LOSSBOUND_CACHE", join(folder, "cache"));
  cleanUps.push(() => {
    vi.unstubAllEnvs();
    rmSync(folder, { recursive: true, force: true, maxRetries: 10 });
  });
  return folder;
}

/** Writes a shell script that replaces a tool. */
export function fakeTool(folder: string, name: string, script: string): void {
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, name), `#!/bin/sh\n${script}\n`);
  chmodSync(join(folder, name), 0o755);
}

export function pathWith(folder: string): string {
  return `${folder}${delimiter}${process.env["PATH"]}`;
}

/** A fixture that prints lines of JSON. It is killed when the test ends. */
export class Program {
  readonly said: Record<string, unknown>[] = [];
  readonly child: ChildProcess;

  constructor(name: string, ...args: string[]) {
    this.child = spawn(process.execPath, [fixture(name), ...args], {
      stdio: ["ignore", "pipe", "inherit"],
    });
    cleanUps.push(() => void this.child.kill("SIGKILL"));
    createInterface({ input: this.child.stdout! }).on("line", (line) => this.said.push(JSON.parse(line)));
  }

  /** Waits until it has printed a line with this key, and returns the value. */
  async says<T>(key: string): Promise<T> {
    const look = () => this.said.find((line) => key in line)?.[key] as T | undefined;
    return await waitUntil(`the program to print "${key}"`, look, { limitMs: 60_000, everyMs: 5 });
  }
}

/** Returns the ids of the running processes whose command line contains `mark`. */
export function processesWith(mark: string): number[] {
  const { stdout } = spawnSync("ps", ["-A", "-ww", "-o", "pid=,stat=,args="], { encoding: "utf8" });
  return stdout
    .split("\n")
    .map((line) => /^ *([0-9]+) +(\S+) +(.*)$/.exec(line))
    .filter((parts) => parts !== null && !parts[2]!.startsWith("Z") && parts[3]!.includes(mark))
    .map((parts) => Number(parts![1]));
}

const cleanUps: (() => void)[] = [];

afterEach(() => {
  for (const cleanUp of cleanUps.splice(0).toReversed()) cleanUp();
});
