import { fork } from "node:child_process";
import { once } from "node:events";
import { mkdirSync } from "node:fs";
import { fileURLToPath } from "node:url";

import type { Block, Subject } from "./noise-blocks.js";
import type { Lane, LaneMessage } from "./noise-lane.js";
import { startLoad } from "./noise-load.js";
import { type Measured, appendMeasured } from "./noise-store.js";

/** After so many errors in a row it is the machine that is broken, and none of them is written down. */
const errorsMax = 6;

export interface Measuring {
  source: string;
  /** The CSV file. */
  results: string;
  /** Folder for the files of runs. Only those of false alarms and errors stay. */
  out: string;
  /** No run is started from then on; as `performance.now()` counts. */
  endsAt: number;
  signal: AbortSignal;
  say: (line: string) => void;
}

/** Runs block by block, and appends each run to the results. Resolves also when the time is over. */
export async function measure(blocks: readonly Block[], measuring: Measuring): Promise<void> {
  const { endsAt, out, results, say } = measuring;
  const began = performance.now();
  const total = blocks.reduce((sum, { lanes }) => sum + lanes.flat(2).length, 0);
  let done = 0;
  let errors: Measured[] = [];
  const append = (run: Measured): void => {
    // Another lane may still have something to say.
    if (errors.length >= errorsMax) return;
    done++;
    say(lineOf(run, `${done}/${total}`));
    errors.push(run);
    if (run.outcome === "error" && errors.length < errorsMax) return;
    if (run.outcome === "error") throw new Error(`${errorsMax} runs in a row ended with an error`);
    for (const one of errors) appendMeasured(results, one);
    errors = [];
  };
  mkdirSync(out, { recursive: true });
  try {
    for (const block of blocks.filter(({ lanes }) => lanes.length > 0)) {
      if (performance.now() >= endsAt) return;
      await runBlock(block, measuring, append);
      if (done === 0) continue;
      const each = (performance.now() - began) / 1000 / done;
      const minutes = Math.ceil((each * (total - done)) / 60);
      say(`${done} of ${total} runs, ${each.toFixed(1)} s each, ${minutes} minutes left`);
    }
  } finally {
    if (errors.length < errorsMax) for (const one of errors) appendMeasured(results, one);
  }
}

/** Runs the lanes of a block side by side, under its load. The first that fails ends the others. */
async function runBlock(
  { level, seed, lanes }: Block,
  { source, out, endsAt, signal }: Measuring,
  append: (run: Measured) => void,
): Promise<void> {
  await using load = await startLoad(level, out);
  const failed = new AbortController();
  const end = AbortSignal.any([signal, failed.signal]);
  end.throwIfAborted();
  const settings = { level, seed, out, endsAt: epochOf(endsAt) };
  const finish = (subject: Subject, { shown, seconds }: LaneMessage): void => {
    load.refuseEnded();
    const { defect, digest, scenario } = subject;
    const key = { source, subject: digest, scenario: scenario.name, level, defect, seed };
    append({ ...key, atOnce: lanes.length, ...shown, seconds: Math.round(seconds * 10) / 10 });
  };
  await Promise.all(
    lanes.map((groups) =>
      runLane(groups, settings, end, finish).catch((error: unknown) => failed.abort(error)),
    ),
  );
  end.throwIfAborted();
}

/** Resolves when the lane's process has ended, and with it everything that it started. */
async function runLane(
  groups: Subject[][],
  settings: Omit<Lane, "groups">,
  end: AbortSignal,
  finish: (subject: Subject, message: LaneMessage) => void,
): Promise<void> {
  const lane: Lane = {
    ...settings,
    groups: groups.map((group) => group.map(({ file, defect }) => ({ file, defect }))),
  };
  // A session of its own: the kernel weighs it as one busy process, and Ctrl-C of the terminal does not reach it.
  const child = fork(program, [JSON.stringify(lane)], { detached: true });
  let failure: unknown;
  const stop = (): void => void child.kill("SIGTERM");
  end.addEventListener("abort", stop);
  if (end.aborted) stop();
  child.on("message", (message: LaneMessage) => {
    const subject = groups.flat().find((one) => one.file === message.file && one.defect === message.defect);
    try {
      finish(subject!, message);
    } catch (error) {
      failure ??= error;
      stop();
    }
  });
  const [code, killedBy] = (await once(child, "close")) as [number | null, NodeJS.Signals | null];
  end.removeEventListener("abort", stop);
  if (failure !== undefined) throw failure;
  if (code !== 0 && !end.aborted) throw new Error(`a process that makes runs ended with ${killedBy ?? code}`);
}

const program = fileURLToPath(new URL("noise-lane.js", import.meta.url));

/** Turns a moment of `performance.now()` into milliseconds since 1970. */
function epochOf(moment: number): number | null {
  return Number.isFinite(moment) ? performance.timeOrigin + moment : null;
}

function lineOf(run: Measured, count: string): string {
  const { scenario, level, seed, defect, outcome, lost, seconds, reasons } = run;
  const planted = defect === "none" ? "" : ` with ${defect}`;
  const why = reasons === "" ? "" : ` (${reasons})`;
  return `${count} ${level} ${seed}: ${scenario}${planted}: ${outcome}, ${lost} lost, ${seconds} s${why}`;
}
