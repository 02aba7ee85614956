import { spawn } from "node:child_process";

import { expect, test } from "vitest";

import { waitUntil } from "../../../../src/base/wait.js";
import { fixture } from "../../../support/paths.js";

const program = fixture("runs-interruptibly.mjs");

/** Starts the program and waits until it runs. */
async function running(given: { cleanUpMs: number; betweenSignalsMs: number }) {
  const child = spawn(process.execPath, [program, String(given.cleanUpMs), String(given.betweenSignalsMs)]);
  let said = "";
  child.stdout.on("data", (chunk: Buffer) => (said += chunk.toString()));
  const ended = new Promise<number | null>((resolve) => child.on("close", resolve));
  const says = (words: string) => waitUntil(`"${words}"`, () => said.includes(words), { limitMs: 60_000 });
  await says("running");
  return { child, ended, says, said: () => said };
}

test.each(["SIGINT", "SIGTERM", "SIGHUP"] as const)("a %s lets the run clean up", async (signal) => {
  const { child, ended, said } = await running({ cleanUpMs: 0, betweenSignalsMs: 0 });
  child.kill(signal);
  await ended;
  expect(said()).toBe(`running\ninterrupted by ${signal}\ncleaned up\n`);
});

test("two signals in quick succession, as under npm, count as one key press", async () => {
  const { child, ended, says, said } = await running({ cleanUpMs: 1_000, betweenSignalsMs: 100 });
  child.kill("SIGINT");
  // The system merges two pending signals of the same kind.
  await says("interrupted");
  child.kill("SIGINT");
  expect(await ended).toBe(0);
  expect(said()).toContain("cleaned up");
});

test("a second key press exits at once", async () => {
  const { child, ended, says, said } = await running({
    cleanUpMs: 60_000,
    betweenSignalsMs: 1_000,
  });
  child.kill("SIGINT");
  await says("interrupted");
  child.kill("SIGINT");
  expect(await ended).toBe(130);
  expect(said()).not.toContain("cleaned up");
});
