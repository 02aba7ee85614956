/**
 * Makes runs one after another, in a process of its own, so that no run waits for the harness of
 * another. It is given a {@link Lane} as JSON, and sends a {@link LaneMessage} for each run.
 */
import { rmSync } from "node:fs";
import { join } from "node:path";

import { LossboundError, messageOf } from "../src/base/errors.js";
import { brokersFor } from "../src/environment/local/brokers-wanted.js";
import { listenForInterruption } from "../src/commands/session/interruption.js";
import type { Environment } from "../src/environment/environment.js";
import { openLocal } from "../src/environment/local/local.js";
import { readScenario } from "../src/library/scenario.js";
import { runOne } from "../src/library/run-one.js";
import { makeMutant } from "./mutant.js";
import { type DefectName, defects } from "./noise-defects.js";
import type { Level } from "./noise-load.js";
import { type Shown, shownBy, shownByError } from "./noise-store.js";

/** One run that a lane is to make. */
export interface LaneRun {
  /** The scenario's file. */
  file: string;
  defect: DefectName | "none";
}

export interface Lane {
  level: Level;
  seed: number;
  /** Runs in their order; those of a group share an environment. */
  groups: LaneRun[][];
  /** Folder for the files of runs. Only those of false alarms and errors stay. */
  out: string;
  /** No run is started from then on, in milliseconds since 1970; `null` if there is no end. */
  endsAt: number | null;
}

/** What one run showed, and how long it took, in seconds. */
export type LaneMessage = LaneRun & { shown: Shown; seconds: number };

const onOrphaned = (): void => void process.kill(process.pid, "SIGTERM");
process.once("disconnect", onOrphaned);
const lane = JSON.parse(process.argv[2]!) as Lane;
{
  using interruption = listenForInterruption();
  try {
    await runLane(lane, interruption.signal);
  } catch (error) {
    if (!interruption.signal.aborted) throw error;
    process.exitCode = 130;
  }
}
process.off("disconnect", onOrphaned);
if (process.connected) process.disconnect();

async function runLane({ groups, ...lane }: Lane, signal: AbortSignal): Promise<void> {
  for (const group of groups) {
    const left = [...group];
    while (left.length > 0 && !isOver(lane)) await runGroup(left, lane, signal);
  }
}

function isOver({ endsAt }: Pick<Lane, "endsAt">): boolean {
  return endsAt !== null && Date.now() >= endsAt;
}

/**
 * Makes runs on one environment, and takes each that was made out of `left`. It returns early when a
 * run fails: the others get an environment of their own.
 */
async function runGroup(left: LaneRun[], lane: Omit<Lane, "groups">, signal: AbortSignal): Promise<void> {
  const first = left[0]!;
  const startedAt = performance.now();
  const finish = (began: number, shown: Shown): void => {
    process.send!({
      ...left.shift()!,
      shown,
      seconds: (performance.now() - began) / 1000,
    } satisfies LaneMessage);
  };
  const environment = await openLocal({
    brokers: brokersFor(await readScenario(first.file)),
    progress: () => {},
    signal,
  }).catch((error: unknown) => {
    signal.throwIfAborted();
    finish(startedAt, shownByError(messageOf(error)));
    return undefined;
  });
  if (environment === undefined) return;
  try {
    for (const run of left.slice()) {
      if (isOver(lane)) return;
      const began = performance.now();
      const shown = await runInLane(environment, run, lane, signal);
      finish(began, shown);
      if (shown.outcome === "error") return;
    }
  } finally {
    // What the environment fails with when it closes is no part of any run.
    try {
      await environment[Symbol.asyncDispose]();
    } catch (error) {
      process.stderr.write(`${messageOf(error)}\n`);
    }
  }
}

async function runInLane(
  environment: Environment,
  { file, defect }: LaneRun,
  { level, seed, out: parent }: Omit<Lane, "groups">,
  signal: AbortSignal,
): Promise<Shown> {
  using mutant = defect === "none" ? undefined : makeMutant(...defects[defect].replacements);
  const scenario = await readScenario(file);
  const out = join(parent, `${scenario.name}-${defect}-${level}-${seed}`);
  let keep = false;
  try {
    const result = await runOne(environment, {
      scenario,
      seed,
      out,
      observer: { line: () => {}, live: () => {} },
      signal,
      repeatWith: `lossbound run ${file} --seed ${seed}`,
      ...(mutant && { workerEntry: mutant.workerEntry }),
    });
    keep = defect === "none" && result.verdict === "broken";
    return shownBy(result);
  } catch (error) {
    signal.throwIfAborted();
    if (error instanceof LossboundError && (error.code === "INPUT" || error.code === "USAGE")) throw error;
    keep = defect === "none";
    return shownByError(messageOf(error));
  } finally {
    if (!keep) rmSync(out, { recursive: true, force: true });
  }
}
