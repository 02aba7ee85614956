import { randomBytes } from "node:crypto";
import { join, resolve } from "node:path";

import { LossboundError, messageOf } from "../base/errors.js";
import { bytesOfBoxes } from "../crew/box-room.js";
import type { Environment } from "../environment/environment.js";
import { experiment } from "../experiment/phases/experiment.js";
import { setUp } from "../experiment/phases/set-up.js";
import type { RunObserver } from "../experiment/progress.js";
import type { Driver } from "../kafka/driver.js";
import { boxesName, eventsName, writeRunRecord } from "../ledger/record/run-record.js";
import type { Exporter } from "../metrics/exporter.js";
import { factsOf } from "../metrics/values.js";
import { makePlan } from "../plan/plan.js";
import type { Result } from "../results/result.js";
import type { Scenario } from "../scenario/scenario.js";
import { openRunFolder, type RunFolder } from "../store/run-folder.js";
import { judgeStored, writeCourse } from "./judge.js";

export interface RunOneOptions {
  scenario: Scenario;
  seed: number;
  /** Folder in which the folder of the run is made. */
  out: string;
  observer: RunObserver;
  signal: AbortSignal;
  /** The command that repeats the run, for the result. */
  repeatWith: string;
  /** Serves the metrics of the run while it goes on. */
  exporter?: Exporter | undefined;
  /** Writes an event for each request of a producer. */
  traceRequests?: boolean;
  /** Starts this program instead of the built-in worker. */
  workerEntry?: string;
  /** Uses this client instead of kafkajs, except in the workers. */
  driver?: Driver;
}

/** Runs one scenario on an environment, from the plan to the verdict, and keeps its files. */
export async function runOne(
  environment: Environment,
  { scenario, seed, out, exporter, repeatWith, ...options }: RunOneOptions,
): Promise<Result> {
  const plan = makePlan(scenario, seed);
  const runId = randomBytes(16).toString("hex");
  await using folder = await openRunFolder(environment, resolve(out), scenario.name);
  await using boxes = await environment.folder(`boxes-${runId.slice(0, 8)}`, bytesOfBoxes(plan));
  await using stage = await setUp(environment, plan, {
    ...options,
    runId,
    folder: folder.path,
    events: join(folder.path, eventsName),
    boxes: boxes.path,
    isWatched: exporter !== undefined,
  });
  using _metrics = exporter?.begin(plan, factsOf(stage.versions), () => stage.measured());
  const record = await experiment(stage);
  writeRunRecord(folder.path, { ...record, repeatWith });
  await folder.take(boxes.path, boxesName);
  return await judgeAndKeep(folder, exporter);
}

/** The same function judges a run now and later: everything that it needs is in the files. */
async function judgeAndKeep(folder: RunFolder, exporter: Exporter | undefined): Promise<Result> {
  const judged = await judgeStored(folder.path).catch(async (error: unknown) => {
    // Evidence that contradicts itself is kept, so that its cause can be found.
    const kept = await folder.keepFailed().catch((failure: unknown) => `no place (${messageOf(failure)})`);
    throw new LossboundError("HARNESS", `${messageOf(error)}; its files are in ${kept}`, { cause: error });
  });
  await writeCourse(folder.path, judged);
  await folder.keep(judged.result);
  exporter?.finish(judged);
  return judged.result;
}
