import { randomInt } from "node:crypto";

import { makePlan, type Plan, seedMax } from "../plan/plan.js";
import { predictLoss } from "../plan/predict/predict.js";
import type { Prediction } from "../plan/predict/prediction.js";
import { refuseBadNames, refuseBadSeed, scenarioOf } from "./run.js";
import type { Scenario } from "../scenario/scenario.js";

/** A plan, and what the scenario will lose by it. */
export interface PredictedPlan extends Plan {
  prediction: Prediction;
}

/**
 * What a run would do, and what it is predicted to lose, without touching anything: what
 * `lossbound plan --json` prints. A run with the same seed follows this very plan.
 *
 * @param scenario a path of a scenario file, or a scenario. Of one that is to be swept, the first value counts.
 * @param options `seed`: integer from 0 to 2^32 - 1; drawn when it is not given, and part of the plan.
 * @returns times in milliseconds since the producers begin to send.
 * @throws ScenarioError (`INPUT`) with every problem of the file; LossboundError `USAGE` for a wrong seed.
 */
export async function planScenario(
  scenario: string | Scenario,
  options: { seed?: number } = {},
): Promise<PredictedPlan> {
  const { seed = randomInt(seedMax + 1) } = options;
  refuseBadSeed(seed);
  const read = await scenarioOf(scenario);
  refuseBadNames([read]);
  return { ...makePlan(read, seed), prediction: predictLoss(read) };
}
