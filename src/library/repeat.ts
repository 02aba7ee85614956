import { randomInt } from "node:crypto";

import { LossboundError } from "../base/errors.js";
import { seedMax } from "../plan/plan.js";
import { repeatWith } from "./rerun-command.js";
import { writeIndexPage } from "../store/page-files.js";
import { type Repeat, repeatOf } from "../results/repeat.js";
import { refuseForeignRepeat, writeRepeat } from "../store/repeat-files.js";
import type { Result } from "../results/result.js";
import { storedResultsIn } from "../store/stored-results.js";
import { type Listeners, outUsual, type RunOptions } from "./run-options.js";
import { fileOf, refuseBadNames, refuseSameScenarios, runAll, scenarioOf } from "./run.js";
import { falseAlarmsUsual, trialsMax } from "../scenario/limits.js";
import type { Scenario } from "../scenario/scenario.js";
import { seedOf, trialsOf } from "../scenario/variants/trials.js";
import { certainVerdict } from "../verdict/judge-repeat.js";

export interface RepeatOptions extends RunOptions {
  /** Trials of each scenario; by default what its file says, and 1 where it says nothing. */
  repeat?: number;
  /** The wanted chance that a verdict is `broken` by chance alone, above 0 and below 1; 0.01 by default. */
  falseAlarms?: number;
  /** Makes no further trials of a scenario whose verdict is certain, whatever they would show. */
  stopEarly?: boolean;
}

/**
 * Runs one scenario several times, each time with another seed, and judges all trials together: what
 * `lossbound run --repeat` does. Each trial has a folder of its own, and `NAME.repeat.json` lies beside them.
 *
 * @param scenario a path of a scenario file, or a scenario.
 * @throws as `runScenario`.
 */
export async function repeatScenario(
  scenario: string | Scenario,
  options: RepeatOptions & Listeners = {},
): Promise<Repeat> {
  const read = await scenarioOf(scenario);
  const repeat = trialsAsked(read, options);
  const [found] = await repeatScenarios([scenario], { ...options, repeat });
  if (found?.schema === "lossbound.repeat/1") return found;
  throw new LossboundError("USAGE", `${read.name} is not repeated: a repeat is two trials or more`);
}

/**
 * Runs scenarios one after the other, as `runScenarios` does; of each that is to be repeated, all trials.
 *
 * @returns for each scenario the result of its one run, or that of its trials.
 */
export async function repeatScenarios(
  scenarios: readonly (string | Scenario)[],
  options: RepeatOptions & Listeners = {},
): Promise<(Result | Repeat)[]> {
  const { seed = randomInt(seedMax + 1), out = outUsual } = options;
  const read = await Promise.all(scenarios.map(scenarioOf));
  refuseBadNames(read);
  refuseSameScenarios(scenarios, read);
  refuseBadChance(options);
  const commands = read.map((scenario, index) => commandsOf(fileOf(scenarios[index]!, scenario), options));
  const commandsFor = (name: string) => commands[read.findIndex((scenario) => scenario.name === name)]!;
  const runs = read.flatMap((scenario) => {
    const trials = trialsAsked(scenario, options);
    if (trials > 1) refuseForeignRepeat(out, scenario.name);
    return trials > 1 ? trialsOf(scenario, trials, seed) : [scenario];
  });

  const results: Result[] = [];
  const found = (): (Result | Repeat)[] => foldTrials(read, results, { ...options, seed }, commandsFor);
  try {
    await runAll(runs, {
      ...options,
      out,
      seed,
      seedOf: (scenario) => seedOf(scenario, seed),
      repeatWith: (scenario) => commandsFor(scenario.trial?.of ?? scenario.name).one(seedOf(scenario, seed)),
      isNeedless: (scenario) => options.stopEarly === true && isCertain(scenario, read, results, options),
      onResult: (result) => {
        results.push(result);
        options.onResult?.(result);
      },
    });
  } finally {
    // Trials take long: what was found before they were ended stays found.
    const repeats = found().filter((each) => each.schema === "lossbound.repeat/1");
    for (const repeat of repeats) writeRepeat(out, repeat);
    if (repeats.length > 0) writeIndexPage(out, storedResultsIn(out));
  }
  return found();
}

/** How many trials are made of a scenario; 1: it is run once, and is no trial. */
export function trialsAsked(
  { repeat: ofFile = 1 }: Scenario,
  { repeat = ofFile }: Pick<RepeatOptions, "repeat">,
): number {
  if (Number.isInteger(repeat) && repeat >= 1 && repeat <= trialsMax) return repeat;
  throw new LossboundError("USAGE", `repeat is ${repeat}, allowed is a whole number from 1 to ${trialsMax}`);
}

/** What repeats all trials of a file, and what repeats one run of it. */
export interface Commands {
  all(trials: number, seed: number): string;
  one(seed: number): string;
}

export function commandsOf(file: string, options: RunOptions & { repeat?: number }): Commands {
  return {
    all: (trials, seed) => repeatWith(file, seed, options, "run", ["--repeat", `${trials}`]),
    one: (seed) => repeatWith(file, seed, options, "run", ["--repeat", "1"]),
  };
}

/**
 * The trials of each scenario as one; other results stay as they are.
 *
 * @param results of all that was run, in any order. A scenario of which there is none is left out.
 */
export function foldTrials(
  scenarios: readonly Scenario[],
  results: readonly Result[],
  options: RepeatOptions & { seed: number },
  commandsFor: (name: string) => Commands,
): (Result | Repeat)[] {
  const { falseAlarms = falseAlarmsUsual, seed } = options;
  return scenarios.flatMap((scenario): (Result | Repeat)[] => {
    const trials = results.filter(({ trial }) => trial?.of === scenario.name);
    if (trials.length === 0) return results.filter(({ scenario: name }) => name === scenario.name);
    const planned = trialsAsked(scenario, options);
    const { calibrated } = scenario;
    const stoppedEarly =
      options.stopEarly === true &&
      trials.length < planned &&
      certainVerdict(trials, { planned, falseAlarms, calibrated }) !== undefined;
    const asked = { seed, planned, falseAlarms, stoppedEarly };
    const again = commandsFor(scenario.name).all(planned, seed);
    return [repeatOf(scenario, { ...asked, repeatWith: again }, trials)];
  });
}

function isCertain(
  { trial }: Scenario,
  scenarios: readonly Scenario[],
  results: readonly Result[],
  options: RepeatOptions,
): boolean {
  const of = scenarios.find(({ name }) => name === trial?.of);
  if (of === undefined) return false;
  const made = results.filter((result) => result.trial?.of === of.name);
  const { falseAlarms = falseAlarmsUsual } = options;
  const rule = { planned: trialsAsked(of, options), falseAlarms, calibrated: of.calibrated };
  return certainVerdict(made, rule) !== undefined;
}

/** @throws LossboundError `USAGE` */
export function refuseBadChance({
  falseAlarms = falseAlarmsUsual,
}: Pick<RepeatOptions, "falseAlarms">): void {
  if (falseAlarms > 0 && falseAlarms < 1) return;
  throw new LossboundError(
    "USAGE",
    `falseAlarms is ${falseAlarms}, and must be a chance above 0 and below 1`,
  );
}
