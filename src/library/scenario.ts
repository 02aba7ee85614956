import { LossboundError } from "../base/errors.js";
import { predictLoss } from "../plan/predict/predict.js";
import { defineScenario as define } from "../scenario/file/define.js";
import type { ScenarioDefinition } from "../scenario/schema/scenario.js";
import { tellPredicted } from "../scenario/schema/predicted-bounds.js";
import { readScenario as read } from "../scenario/file/read.js";
import type { Scenario } from "../scenario/scenario.js";

/**
 * Reads a scenario file. Bounds that are `predicted` have their numbers, in messages.
 *
 * @throws LossboundError `INPUT` with every problem of the file: line, column, key, what is there and what is
 *   allowed. A `predicted` where nothing can be predicted is one.
 */
export async function readScenario(path: string): Promise<Scenario> {
  return await read(path, predictLoss);
}

/**
 * Makes a scenario of what a scenario file would say: the same keys, units, defaults and checks. A key whose
 * value is `undefined` counts as one that is not there.
 *
 * @returns the scenario with every default filled in: durations in milliseconds, sizes in bytes, rates in
 *   messages a second. Bounds that are `predicted` have their numbers, in messages.
 * @throws ScenarioError (`INPUT`) with every problem and its key, in `problems` and a line each in its message.
 */
export function defineScenario(definition: ScenarioDefinition): Scenario {
  return define(definition, predictLoss);
}

/**
 * The same for a scenario that is no file: its `predicted` bounds get their numbers.
 *
 * @throws LossboundError `INPUT`
 */
export function withPredictions(scenario: Scenario): Scenario {
  const told = tellPredicted(scenario, ["expect"], predictLoss);
  const [complaint] = told.complaints;
  if (complaint === undefined) return told.scenario;
  throw new LossboundError(
    "INPUT",
    `${scenario.name}: ${complaint.path.join(".")} is predicted, allowed is ${complaint.allowed}`,
  );
}
