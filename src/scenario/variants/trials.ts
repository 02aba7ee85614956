/** One scenario several times: what its trials are. */
import { seedOfTrial } from "../../statistics/trial-seed.js";
import { nameLengthMax } from "../name.js";
import type { Scenario } from "../scenario.js";

/**
 * The trials of a scenario, in the order in which they run. Each has a seed of its own, so that chance falls
 * otherwise in each, and a name of its own, which its folder has too.
 */
export function trialsOf(scenario: Scenario, trials: number, firstSeed: number): Scenario[] {
  return Array.from({ length: trials }, (_, place) => place + 1).map((number) => ({
    ...scenario,
    name: nameOfTrial(scenario.name, number),
    repeat: undefined,
    trial: { of: scenario.name, number, firstSeed },
  }));
}

/** Its own where it is a trial; otherwise the one that was given. */
export function seedOf({ trial }: Pick<Scenario, "trial">, given: number): number {
  return trial === undefined ? given : seedOfTrial(trial.firstSeed, trial.number);
}

/** Cut where it would be too long; what tells the trials apart stays. */
function nameOfTrial(name: string, number: number): string {
  const ending = `-trial-${number}`;
  return `${name.slice(0, nameLengthMax - ending.length)}${ending}`;
}
