import { readFileSync } from "node:fs";
import { monitorEventLoopDelay } from "node:perf_hooks";

import type { MachineRecord } from "../ledger/record/run-record.js";

/** Measures from its construction how well the machine keeps up. */
export class MachineWatch implements Disposable {
  readonly #delays = monitorEventLoopDelay({ resolution: 10 });
  readonly #waitedBefore = waitedForCpuMs();
  readonly #stolenBefore = stolenMs();

  constructor() {
    this.#delays.enable();
  }

  /** Returns the measurements so far. */
  record(): MachineRecord {
    return {
      stoodStillMs: Math.round(this.#delays.max / 1e6),
      waitedForCpuMs: since(this.#waitedBefore, waitedForCpuMs()),
      stolenMs: since(this.#stolenBefore, stolenMs()),
    };
  }

  [Symbol.dispose](): void {
    this.#delays.disable();
  }
}

function since(before: number | null, now: number | null): number | null {
  return before === null || now === null ? null : Math.max(0, Math.round(now - before));
}

/**
 * Reads Linux's pressure stall information: the time in which at least one process waited for a
 * CPU.
 */
function waitedForCpuMs(): number | null {
  const total = /^some .*total=(\d+)/m.exec(read("/proc/pressure/cpu"))?.[1];
  return total === undefined ? null : Number(total) / 1000;
}

/** Reads the eighth number after `cpu`, in hundredths of a second: see proc_stat(5). */
function stolenMs(): number | null {
  const stolen = /^cpu +(?:\d+ ){7}(\d+)/m.exec(read("/proc/stat"))?.[1];
  return stolen === undefined ? null : Number(stolen) * 10;
}

/** Reads a file; returns an empty string if it does not exist, as on macOS. */
function read(path: string): string {
  try {
    return readFileSync(path, "utf8");
  } catch {
    return "";
  }
}
