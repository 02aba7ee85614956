import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { rmSync } from "node:fs";
import { createRequire } from "node:module";
import { availableParallelism } from "node:os";
import { join } from "node:path";

import { within } from "../src/base/wait.js";

export const levels = ["idle", "busy", "crowded"] as const;

/** How much else the machine has to do during a run. */
export type Level = (typeof levels)[number];

interface Amount {
  /** Processes that never rest, for each core. */
  perCore: number;
  /** Processes that write a file and wait until the disk has it, over and over. */
  writers: number;
}

const amounts: Record<Level, Amount> = {
  idle: { perCore: 0, writers: 0 },
  busy: { perCore: 1, writers: 0 },
  crowded: { perCore: 4, writers: 1 },
};

/** In milliseconds; longer than any group of runs that shares one environment. */
const limitMs = 2 * 3600 * 1000;
const endLimitMs = 10_000;

/** The processes of one level. They end when it is disposed. */
export interface Load extends AsyncDisposable {
  pids: readonly number[];
  /** @throws when one of its processes has ended: a run was not made at this level. */
  refuseEnded(): void;
}

/**
 * Starts the processes of a level. Each is a session of its own, since the kernel shares the cores out
 * among sessions: processes of one session would weigh as much together as one of them alone.
 *
 * @param folder where the writers keep their files.
 */
export async function startLoad(level: Level, folder: string): Promise<Load> {
  const { perCore, writers } = amounts[level];
  const files = Array.from({ length: writers }, (_, writer) => join(folder, `busy-${process.pid}-${writer}`));
  const children = [
    ...Array.from({ length: perCore * availableParallelism() }, () => start("core")),
    ...files.map((file) => start("disk", file)),
  ];
  const load: Load = {
    pids: children.flatMap(({ pid }) => pid ?? []),
    refuseEnded: () => {
      if (children.some(isEnded)) throw new Error(`a process of the level ${level} ended by itself`);
    },
    [Symbol.asyncDispose]: async () => {
      await Promise.all(children.map(end));
      for (const file of files) rmSync(file, { force: true });
    },
  };
  try {
    await Promise.all(children.map(async (child) => child.pid === undefined && (await once(child, "spawn"))));
  } catch (error) {
    await load[Symbol.asyncDispose]();
    throw error;
  }
  return load;
}

const program = createRequire(import.meta.url).resolve("#package/bench/noise-busy.mjs");

function start(kind: "core" | "disk", ...more: string[]): ChildProcess {
  const args = [program, kind, String(process.pid), String(limitMs), ...more];
  return spawn(process.execPath, args, { detached: true, stdio: "ignore" });
}

function isEnded({ pid, exitCode, signalCode }: ChildProcess): boolean {
  return pid === undefined || exitCode !== null || signalCode !== null;
}

async function end(child: ChildProcess): Promise<void> {
  if (isEnded(child)) return;
  const ended = once(child, "exit");
  child.kill("SIGKILL");
  await within("a busy process to end", ended, endLimitMs);
}
