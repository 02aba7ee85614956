import { spawn } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";

import { describe, expect, it } from "vitest";

import { waitUntil } from "../../../src/base/wait.js";
import { createBox, openBox } from "../../../src/ledger/box/black-box.js";
import { planeNames } from "../../../src/ledger/box/format.js";
import { countBits } from "../../../src/ledger/box/bits.js";
import { readBox } from "../../../src/ledger/box/read-box.js";
import { type Described, describedAs } from "../../support/black-boxes.js";
import { scratchFolder } from "../../support/scratch-folder.js";
import { fixture } from "../../support/paths.js";

const bits = 2_000_000;
const kills = 50;

/** Points to kill at, spread over the run of the program, the same each time. */
const points = Array.from({ length: kills }, (_, kill) =>
  Math.floor(bits * 0.7 * ((kill * 0.618034) % 1) + 1),
);

describe("SIGKILL in the middle of storing", () => {
  it(`leaves a consumer's box in which bits and counters agree, ${kills} times out of ${kills}`, async () => {
    let midway = 0;
    await eachOf(points, async (point) => {
      const seen = await killedAt(describedAs("consumer", { bits }), point, "fetched");
      // The box still holds what the supervisor saw before the kill.
      expect(seen.fetched).toBeGreaterThanOrEqual(point);
      expect(seen.fetched! - seen.ended!).toBeLessThanOrEqual(1);
      if (seen.fetched! < bits) midway++;
    });

    expect(midway, "kills that fell while bits were being stored").toBeGreaterThan(0);
  });

  it(`leaves a producer's box in which they agree and next is known, ${kills} times out of ${kills}`, async () => {
    let midway = 0;
    await eachOf(points, async (point) => {
      const seen = await killedAt(describedAs("producer", { bits, requests: bits / 100 }), point, "next");
      expect(seen.next).toBeGreaterThanOrEqual(point);
      expect(seen.next! - seen.handed!).toBeLessThanOrEqual(1);
      expect(seen.handed! - seen.accepted!).toBeLessThanOrEqual(1);
      expect(seen.rows! - Math.floor(seen.accepted! / 100)).toBeOneOf([0, 1]);
      if (seen.next! < bits) midway++;
    });

    expect(midway, "kills that fell while numbers were being stored").toBeGreaterThan(0);
  });
});

/** Runs four at a time, because starting the programs takes most of the time. */
async function eachOf<T>(all: readonly T[], task: (one: T) => Promise<void>): Promise<void> {
  const left = all.values();
  await Promise.all(
    Array.from({ length: 4 }, async () => {
      for (const one of left) await task(one);
    }),
  );
}

/** Kills a program when its box has reached `point`, and reads the box with all its checks. */
async function killedAt(
  description: Described<"producer"> | Described<"consumer">,
  point: number,
  counter: "next" | "fetched",
): Promise<Partial<Record<string, number>>> {
  using folder = scratchFolder();
  const path = join(folder.path, "killed.box");
  createBox(path, description);
  const program = spawn(process.execPath, [fixture("marks-bits.mjs"), path, JSON.stringify(description)], {
    stdio: "inherit",
  });
  const ended = once(program, "exit");
  try {
    using box = openBox(path, description as Described<"producer">, "read");
    const count = (): number => box.get(counter as "next");
    await waitUntil(`${counter} ${point}`, () => count() >= point, { limitMs: 60_000, everyMs: 1 });
  } finally {
    program.kill("SIGKILL");
    await ended;
  }
  return await countsIn(path, description);
}

async function countsIn(
  path: string,
  { kind, runId, worker, life, bits: planned }: Described<"producer"> | Described<"consumer">,
): Promise<Partial<Record<string, number>>> {
  await using box = await readBox(path, { kind, runId, worker, life, bits: planned, killed: true });
  const seen: Record<string, number> = {};
  if (kind === "producer") {
    seen["next"] = (box.counter as (name: string) => number)("next");
    seen["rows"] = (await box.requests()).count;
  }
  for (const name of planeNames[kind])
    seen[name] = countBits(await (box.plane as (name: string) => Promise<Uint32Array>)(name));
  return seen;
}
