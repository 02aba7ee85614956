import { mkdirSync, rmSync } from "node:fs";
import { join } from "node:path";

import { LossboundError, messageOf } from "../src/base/errors.js";
import { brokersFor } from "../src/brokers-wanted.js";
import type { Environment } from "../src/environment/environment.js";
import { openLocal } from "../src/environment/local.js";
import { experiment } from "../src/run.js";
import { makeMutant } from "./mutant.js";
import type { Block, Subject } from "./noise-blocks.js";
import { defects } from "./noise-defects.js";
import { type Level, startLoad } from "./noise-load.js";
import { type Measured, type Shown, appendMeasured, shownBy, shownByError } from "./noise-store.js";

/** After so many errors in a row it is the machine that is broken, and none of them is written down. */
const errorsMax = 6;

export interface Measuring {
  source: string;
  /** The CSV file. */
  results: string;
  /** Folder for the files of runs. Only those of false alarms stay. */
  out: string;
  /** No run is started from then on; as `performance.now()` counts. */
  endsAt: number;
  signal: AbortSignal;
  say: (line: string) => void;
}

/** Runs block by block, and appends each run to the results. Resolves also when the time is over. */
export async function measure(blocks: readonly Block[], measuring: Measuring): Promise<void> {
  const { endsAt, results, say } = measuring;
  const began = performance.now();
  const total = blocks.reduce((sum, { groups }) => sum + groups.flat().length, 0);
  let done = 0;
  let errors: Measured[] = [];
  const append = (run: Measured): void => {
    done++;
    say(lineOf(run, `${done}/${total}`));
    errors.push(run);
    if (run.outcome === "error" && errors.length < errorsMax) return;
    if (run.outcome === "error") throw new Error(`${errorsMax} runs in a row ended with an error`);
    for (const one of errors) appendMeasured(results, one);
    errors = [];
  };
  mkdirSync(measuring.out, { recursive: true });
  try {
    for (const { level, seed, groups } of blocks) {
      for (const group of groups) {
        const left = [...group];
        while (left.length > 0) {
          if (performance.now() >= endsAt) return;
          await runGroup(left, level, seed, measuring, append);
        }
      }
      if (done === 0) continue;
      const each = (performance.now() - began) / 1000 / done;
      const minutes = Math.ceil((each * (total - done)) / 60);
      say(`${done} of ${total} runs, ${each.toFixed(1)} s each, ${minutes} minutes left`);
    }
  } finally {
    if (errors.length < errorsMax) for (const one of errors) appendMeasured(results, one);
  }
}

/**
 * Runs subjects on one environment, which is opened under the load as well, and takes each that was
 * run out of `left`. It returns early when a run fails: the others get an environment of their own.
 */
async function runGroup(
  left: Subject[],
  level: Level,
  seed: number,
  { source, out, endsAt, signal, say }: Measuring,
  append: (run: Measured) => void,
): Promise<void> {
  const finish = (subject: Subject, seconds: number, shown: Shown): void => {
    left.shift();
    const { defect, digest, scenario } = subject;
    const key = { source, subject: digest, scenario: scenario.name, level, defect, seed };
    append({ ...key, ...shown, seconds: Math.round(seconds * 10) / 10 });
  };
  await using load = await startLoad(level, out);
  const first = left[0]!;
  const startedAt = performance.now();
  const environment = await openLocal({
    brokers: brokersFor(first.scenario),
    progress: () => {},
    signal,
  }).catch((error: unknown) => {
    signal.throwIfAborted();
    finish(first, (performance.now() - startedAt) / 1000, shownByError(messageOf(error)));
    return undefined;
  });
  if (environment === undefined) return;
  try {
    for (const subject of left.slice()) {
      if (performance.now() >= endsAt) return;
      const began = performance.now();
      const shown = await runOne(environment, subject, join(out, `${subject.defect}-${level}-${seed}`), {
        seed,
        signal,
      });
      load.refuseEnded();
      finish(subject, (performance.now() - began) / 1000, shown);
      if (shown.outcome === "error") return;
    }
  } finally {
    // What the environment fails with when it closes is no part of any run.
    try {
      await environment[Symbol.asyncDispose]();
    } catch (error) {
      say(messageOf(error));
    }
  }
}

async function runOne(
  environment: Environment,
  { file, scenario, defect }: Subject,
  out: string,
  { seed, signal }: { seed: number; signal: AbortSignal },
): Promise<Shown> {
  using mutant = defect === "none" ? undefined : makeMutant(...defects[defect].replacements);
  let keep = false;
  try {
    const result = await experiment(environment, {
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

function lineOf(run: Measured, count: string): string {
  const { scenario, level, seed, defect, outcome, lost, seconds, reasons } = run;
  const planted = defect === "none" ? "" : ` with ${defect}`;
  const why = reasons === "" ? "" : ` (${reasons})`;
  return `${count} ${level} ${seed}: ${scenario}${planted}: ${outcome}, ${lost} lost, ${seconds} s${why}`;
}
