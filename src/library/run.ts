import { randomInt } from "node:crypto";

import { LossboundError } from "../base/errors.js";
import { brokersFor, canUse, neighbours, refuseForeign } from "../environment/local/brokers-wanted.js";
import { openDocker } from "../environment/existing/docker.js";
import type { Environment } from "../environment/environment.js";
import { openExternal } from "../environment/existing/external.js";
import { openLocal } from "../environment/local/local.js";
import type { RunObserver } from "../experiment/progress.js";
import { makePlan, seedMax } from "../plan/plan.js";
import { repeatWith } from "./rerun-command.js";
import { writeIndexPage } from "../store/page-files.js";
import type { Result } from "../results/result.js";
import { type Listeners, type RunOptions, outUsual } from "./run-options.js";
import { refuseBadPlaces } from "../store/result-places.js";
import { storedResultsIn } from "../store/stored-results.js";
import { runOne } from "./run-one.js";
import { allowedName, isScenarioName, refuseSameNames } from "../scenario/name.js";
import { readScenario, withPredictions } from "./scenario.js";
import { canBeMissed } from "../scenario/claims.js";
import { guarantees, type Scenario } from "../scenario/scenario.js";
import { underGuarantee } from "../scenario/variants/under-guarantee.js";

/**
 * Runs a scenario end to end on a real broker, and returns what became of every message: what
 * `lossbound run` does.
 *
 * @param scenario a path of a scenario file, or a scenario.
 * @throws LossboundError with a `code`: `INPUT` for a wrong scenario, `USAGE` for wrong options,
 *   `ENVIRONMENT` and `DEADLINE` where it could not run, `HARNESS` where evidence contradicts itself.
 *   A broken expectation is no error: it is the result's `verdict`.
 */
export async function runScenario(scenario: string | Scenario, options: RunOptions = {}): Promise<Result> {
  const [result] = await runScenarios([scenario], options);
  return result!;
}

/**
 * Runs scenarios one after the other; neighbours that need the same brokers share an environment,
 * each with a topic, a group, proxies and processes of its own. One that harms brokers shares its
 * environment with nobody.
 *
 * @throws as `runScenario`, at the first error; `onResult` has had the results before it.
 */
export async function runScenarios(
  scenarios: readonly (string | Scenario)[],
  options: RunOptions & Listeners = {},
): Promise<Result[]> {
  const seed = options.seed ?? randomInt(seedMax + 1);
  const read = await Promise.all(scenarios.map(scenarioOf));
  refuseBadNames(read);
  refuseSameScenarios(scenarios, read);
  const again = read.map((scenario, index) => repeatWith(fileOf(scenarios[index]!, scenario), seed, options));
  return await runAll(read, { ...options, seed, repeatWith: (scenario) => again[read.indexOf(scenario)]! });
}

/**
 * Runs one scenario under each guarantee, with the same seed: what `lossbound compare` does. Under its
 * own it claims what its file says, under another what the file says of that one or else what that
 * guarantee promises.
 *
 * @throws as `runScenario`.
 */
export async function compareGuarantees(
  scenario: string | Scenario,
  options: RunOptions & Listeners = {},
): Promise<Result[]> {
  const seed = options.seed ?? randomInt(seedMax + 1);
  const read = await scenarioOf(scenario);
  refuseBadNames([read]);
  if (read.producers.command !== undefined || read.consumers.command !== undefined) {
    throw new LossboundError(
      "USAGE",
      `${read.name} names a command: how it works under another guarantee is its own business`,
    );
  }
  const again = repeatWith(fileOf(scenario, read), seed, options, "compare");
  const scenarios = guarantees.map((guarantee) => underGuarantee(read, guarantee));
  return await runAll(scenarios, { ...options, seed, repeatWith: () => again });
}

/** @throws LossboundError `USAGE` where two would write the same folder. */
export function refuseSameScenarios(
  scenarios: readonly (string | Scenario)[],
  read: readonly Scenario[],
): void {
  refuseSameNames(read.map(({ name }, index) => ({ name, from: cameFrom(scenarios[index]!) })));
}

/** How scenarios that are read, and belong together, are run. */
export interface RunAllOptions extends RunOptions, Listeners {
  seed: number;
  /** The seed of one scenario, where each has its own; otherwise all have `seed`. */
  seedOf?: (scenario: Scenario) => number;
  /** The command that repeats the run of a scenario. */
  repeatWith: (scenario: Scenario) => string;
  /** Asked before each run: whether what was found before has made it needless. */
  isNeedless?: (scenario: Scenario) => boolean;
  /** An environment that is there already, for those that can do with its brokers. It stays. */
  kept?: { environment: Environment; brokers: Scenario["brokers"] };
}

/** Runs scenarios that are made of one file: the same checks, and the same sharing of environments. */
export async function runAll(read: readonly Scenario[], options: RunAllOptions): Promise<Result[]> {
  const { seed, seedOf = () => seed, out = outUsual, observer = silent, onResult, exporter } = options;
  const signal = options.signal ?? new AbortController().signal;
  refuseBadSeed(seed);
  refuseUnswept(read);
  refuseBadPlaces(
    out,
    read.map(({ name }) => name),
  );
  if ((options.environment ?? "local") !== "local") refuseForeign(read);

  for (const scenario of read) exporter?.announce(makePlan(scenario, seedOf(scenario)));

  const results: Result[] = [];
  for (const group of neighbours(read)) {
    // Brokers that nobody needs any more are not started.
    if (group.every((scenario) => options.isNeedless?.(scenario))) continue;
    await using environment =
      borrowed(options, group[0]!) ??
      (await open(options, group[0]!, observer, signal).catch((error: unknown) => {
        // Who gave it up need not be told that it did not come.
        signal.throwIfAborted();
        throw error;
      }));
    for (const scenario of group) {
      if (options.isNeedless?.(scenario)) continue;
      const result = await runOne(environment, {
        scenario,
        seed: seedOf(scenario),
        out,
        observer,
        signal,
        repeatWith: options.repeatWith(scenario),
        exporter,
      });
      results.push(result);
      // Of trials there may be thousands: the page is written when they have ended.
      if (scenario.trial === undefined) writeIndexPage(out, storedResultsIn(out));
      onResult?.(result);
    }
  }
  return results;
}

/** What is kept outlives those that use it. */
function borrowed({ kept }: RunAllOptions, scenario: Scenario): Environment | undefined {
  const fits = kept !== undefined && canUse(kept.brokers, scenario);
  return fits ? { ...kept.environment, [Symbol.asyncDispose]: async () => {} } : undefined;
}

const silent: RunObserver = { line: () => {}, live: () => {} };

async function open(
  options: RunOptions,
  scenario: Scenario,
  observer: RunObserver,
  signal: AbortSignal,
): Promise<Environment> {
  const progress = (line: string): void => observer.line(line);
  switch (options.environment ?? "local") {
    case "local": {
      const brokers = brokersFor(scenario);
      const { count } = brokers;
      progress(`starting ${count === 1 ? "a broker" : `${count} brokers`} and Toxiproxy on 127.0.0.1`);
      return await openLocal({ brokers, progress, signal });
    }
    case "docker":
      return await openDocker({ proxyHost: options.proxyHost, progress, signal });
    case "external": {
      if (options.brokers === undefined || options.toxiproxy === undefined) {
        throw new LossboundError("USAGE", "an external environment needs both brokers and toxiproxy");
      }
      const { proxyHost, toxiproxy } = options;
      return await openExternal({ brokers: options.brokers, toxiproxy, proxyHost, progress, signal });
    }
  }
}

export function refuseBadSeed(seed: number): void {
  if (Number.isInteger(seed) && seed >= 0 && seed <= seedMax) return;
  throw new LossboundError("USAGE", `the seed is ${seed}, and must be a whole number from 0 to ${seedMax}`);
}

/**
 * One run has one rate.
 *
 * @throws LossboundError `USAGE` where a scenario names several.
 */
export function refuseUnswept(scenarios: readonly Scenario[]): void {
  for (const { name, sweep } of scenarios) {
    if (sweep === undefined) continue;
    const values = sweep.values.join(", ");
    throw new LossboundError(
      "USAGE",
      `${name} names several values of ${sweep.of} (${values}): \`lossbound sweep\` runs it at each of them`,
    );
  }
}

/** A file's name was looked at as it was read; a scenario that was handed over has had no reader. */
export function refuseBadNames(scenarios: readonly Scenario[]): void {
  for (const { name } of scenarios) {
    if (typeof name === "string" && isScenarioName(name)) continue;
    throw new LossboundError(
      "INPUT",
      `a scenario is called ${JSON.stringify(name)}, allowed is ${allowedName}`,
    );
  }
}

/** As a file that claims nothing is refused, so is a scenario that was handed over. */
function refuseWithoutClaims({ name, expect }: Scenario): void {
  if (canBeMissed(expect)) return;
  throw new LossboundError(
    "INPUT",
    `the scenario ${JSON.stringify(name)} expects nothing that a run could miss, allowed is a min above 0 or a max below 100%`,
  );
}

export async function scenarioOf(given: string | Scenario): Promise<Scenario> {
  if (typeof given === "string") return await readScenario(given);
  refuseWithoutClaims(given);
  return withPredictions(given);
}

/** A scenario that was handed over has a file only by its name. */
export function fileOf(given: string | Scenario, { name }: Scenario): string {
  return typeof given === "string" ? given : `${name}.yaml`;
}

function cameFrom(given: string | Scenario): string {
  return typeof given === "string" ? given : "a scenario that was handed over";
}
