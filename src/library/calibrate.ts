import { randomInt } from "node:crypto";
import { readFile, rename, rm, writeFile } from "node:fs/promises";

import { LossboundError, messageOf } from "../base/errors.js";
import { seedMax } from "../plan/plan.js";
import { predictLoss } from "../plan/predict/predict.js";
import { repeatWith } from "./rerun-command.js";
import {
  boundsToCalibrate,
  calibrationOf,
  type CalibrationResult,
  confidenceUsual,
  showsLoss,
} from "../results/calibration.js";
import { tooFewInWords } from "../views/terminal/calibration.js";
import type { Result } from "../results/result.js";
import { commandsOf, refuseBadChance, trialsAsked } from "./repeat.js";
import type { Listeners, RunOptions } from "./run-options.js";
import { fileOf, refuseBadNames, runAll, scenarioOf } from "./run.js";
import { withBounds } from "../scenario/file/edit-bounds.js";
import { falseAlarmsUsual, trialsMax } from "../scenario/limits.js";
import type { Scenario } from "../scenario/scenario.js";
import { seedOf, trialsOf } from "../scenario/variants/trials.js";
import { trialsToCalibrate, type Wanted } from "../statistics/allowance.js";

export interface CalibrateOptions extends RunOptions {
  /** Trials that show how much is lost; by default as many as the wanted chance takes. */
  trials?: number;
  /** Trials of a verdict; by default what the file says, and 1 where it says nothing. */
  repeat?: number;
  /** The wanted chance that a verdict is broken by chance alone, above 0 and below 1; 0.01 by default. */
  falseAlarms?: number;
}

/**
 * Runs trials of a scenario, and proposes bounds on its losses for a wanted chance of a false alarm: what
 * `lossbound calibrate` does. Trials that prove nothing are made up for, by a tenth more of them at most.
 *
 * @param scenario a path of a scenario file, or a scenario.
 * @throws as `runScenario`; `USAGE` also where there is nothing to calibrate, or where so many trials could not
 *   support what is wanted: before any of them is made.
 */
export async function calibrateScenario(
  scenario: string | Scenario,
  options: CalibrateOptions & Listeners = {},
): Promise<CalibrationResult> {
  const { seed = randomInt(seedMax + 1) } = options;
  const read = await scenarioOf(scenario);
  refuseBadNames([read]);
  const wanted = wantedOf(read, options);
  const needed = trialsToCalibrate(wanted);
  const { trials = needed } = options;
  refuseBadTrials(trials, needed, wanted);

  const file = fileOf(scenario, read);
  const results: Result[] = [];
  const enough = (): boolean => results.filter(showsLoss).length >= trials;
  await runAll(trialsOf(read, Math.ceil(trials * 1.1), seed), {
    ...options,
    seed,
    seedOf: (trial) => seedOf(trial, seed),
    repeatWith: (trial) => commandsOf(file, options).one(seedOf(trial, seed)),
    isNeedless: enough,
    onResult: (result) => {
      results.push(result);
      options.onResult?.(result);
    },
  });
  const again = ["--trials", `${trials}`, "--repeat", `${wanted.perVerdict}`];
  const chance = ["--false-alarms", `${wanted.falseAlarms}`];
  const command = repeatWith(file, seed, options, "calibrate", [...again, ...chance]);
  return calibrationOf(read, { seed, wanted, repeatWith: command }, results);
}

/**
 * Writes what a calibration proposes into the scenario's file, which is replaced at once or not at all; comments
 * stay.
 *
 * @throws LossboundError `INPUT` where the file cannot be changed in place, `ENVIRONMENT` where it cannot be written.
 */
export async function writeCalibration(
  file: string,
  { bounds, trials, allowance, wanted }: CalibrationResult,
): Promise<void> {
  if (allowance === null) throw new LossboundError("USAGE", "nothing is proposed, so nothing is written");
  const next = bounds.flatMap(({ name, proposed }) => (proposed === null ? [] : [{ name, ...proposed }]));
  const text = await readFile(file, "utf8");
  const edited = withBounds(
    text,
    file,
    next,
    { trials, outside: allowance.outside, repeat: wanted.perVerdict },
    predictLoss,
  );
  const beside = `${file}.${process.pid}.tmp`;
  try {
    await writeFile(beside, edited, { flag: "wx" });
    await rename(beside, file);
  } catch (error) {
    await rm(beside, { force: true });
    throw new LossboundError("ENVIRONMENT", `cannot write ${file}: ${messageOf(error)}`, { cause: error });
  }
}

/**
 * Before any trial is made: whether what they will propose could be written into the file.
 *
 * @throws LossboundError `INPUT` where it could not.
 */
export async function refuseUnwritable(file: string): Promise<void> {
  const scenario = await scenarioOf(file);
  const some = boundsToCalibrate(scenario).map((name) => ({ name, min: 1, max: 2 }));
  withBounds(await readFile(file, "utf8"), file, some, { trials: 1, outside: 0.01, repeat: 1 }, predictLoss);
}

function wantedOf(scenario: Scenario, options: CalibrateOptions): Wanted {
  const { falseAlarms = falseAlarmsUsual } = options;
  refuseBadChance(options);
  const bounds = boundsToCalibrate(scenario).length;
  if (bounds > 0) {
    return { perVerdict: trialsAsked(scenario, options), falseAlarms, confidence: confidenceUsual, bounds };
  }
  throw new LossboundError(
    "USAGE",
    `${scenario.name} has no bound to calibrate: nothing that it claims to be lost may be lost`,
  );
}

function refuseBadTrials(trials: number, needed: number, wanted: Wanted): void {
  if (!Number.isInteger(trials) || trials < 1 || trials > trialsMax) {
    throw new LossboundError(
      "USAGE",
      `trials are ${trials}, allowed is a whole number from 1 to ${trialsMax}`,
    );
  }
  if (trials < needed) throw new LossboundError("USAGE", tooFewInWords(trials, wanted, needed));
}
