import { spawn } from "node:child_process";
import { randomUUID } from "node:crypto";
import { existsSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { afterEach, beforeEach, describe, expect, it } from "vitest";

import { pause, waitUntil } from "../../../src/base/wait.js";
import { processesWith } from "./marked-processes.js";
import { cli } from "../../support/paths.js";
/**
 * With its only broker dead or stopped, lossbound gets no answers and must not wait for any. On a
 * machine so busy that the start of the run takes longer than this, the end may take as long as the
 * start.
 */
const endLimitMs = 8_000;

/** An auditor follows the log, since records may vanish from it; it loses its broker too. */
const scenarioWith = (fault: string): string => `
guarantee: at-most-once
topic: { partitions: 2 }
producers: { count: 1, rate: 1000/s, messages: 30000 }
consumers: { count: 1, sessionTimeout: 1s }
faults:
  - { ${fault} }
  - { at: 25s, deleteRecords: all }
expect: { lost: { min: 1 } }
`;

describe("an interrupted run", () => {
  let temporary: string;
  let mark: string;
  beforeEach(() => {
    temporary = mkdtempSync(join(tmpdir(), "lossbound-test-"));
    mark = randomUUID();
  });
  afterEach(() => rmSync(temporary, { recursive: true, force: true }));

  it.each([
    // lossbound has just started to restart the broker, which takes two seconds or more.
    ["while its broker is restarting", "at: 1s, for: 10ms, kill: broker", "SIGKILL broker", 500],
    ["while its broker is dead", "at: 1s, for: 20s, kill: broker", "SIGKILL broker", 3_000],
    // A request to the broker is awaited for as long as a request may take.
    ["while its broker is stopped", "at: 1s, for: 20s, pause: broker", "SIGSTOP broker", 3_000],
  ])("%s exits within seconds with 130, and leaves nothing behind", async (_, fault, told, laterMs) => {
    const file = join(temporary, "harmed.yaml");
    writeFileSync(file, scenarioWith(`${fault}, broker: 0`));
    const lossbound = spawn(process.execPath, [cli, "run", file, "--out", join(temporary, "out")], {
      env: { ...process.env, TMPDIR: temporary, LOSSBOUND_TEST_MARK: mark },
      stdio: ["ignore", "ignore", "pipe"],
    });
    let said = "";
    lossbound.stderr.on("data", (chunk: Buffer) => (said += chunk.toString()));
    const ended = new Promise((resolve) => lossbound.once("exit", resolve));
    const spawnedAt = performance.now();
    await waitUntil(told, () => said.includes(told), { limitMs: 120_000, evidence: () => said });
    const startMs = performance.now() - spawnedAt;
    await pause(laterMs);

    const interruptedAt = performance.now();
    lossbound.kill("SIGINT");
    expect(await ended, said).toBe(130);
    expect(performance.now() - interruptedAt).toBeLessThan(Math.max(endLimitMs, startMs));
    expect(processesWith(mark)).toEqual([]);
    expect(existsSync(join(temporary, "out", "harmed"))).toBe(false);
  });
});
