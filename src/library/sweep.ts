import { randomInt } from "node:crypto";

import { LossboundError } from "../base/errors.js";
import { seedMax } from "../plan/plan.js";
import { repeatWith } from "./rerun-command.js";
import { type Curve, curveOf } from "../results/curve.js";
import { refuseForeignFiles, writeCurve } from "../store/curve-files.js";
import type { Result } from "../results/result.js";
import { outUsual, type RunOptions } from "./run-options.js";
import { fileOf, refuseBadNames, runAll, scenarioOf } from "./run.js";
import type { Scenario, Sweep } from "../scenario/scenario.js";
import { repeatsMax, repeatsUsual, stepsOf, whyNoStep } from "../scenario/variants/sweep.js";

export interface SweepOptions extends RunOptions {
  /** What to vary, and at which values; by default what the file says. */
  sweep?: Sweep;
  /** Runs at each value, 3 by default; each time with another seed. */
  repeats?: number;
  onResult?: (result: Result) => void;
}

/**
 * Runs one scenario at each value of a sweep, and returns what it lost against the throughput that was
 * reached: what `lossbound sweep` does. All values have the same seed, repeat by repeat, so the same faults fall
 * on the same workers.
 *
 * @param scenario a path of a scenario file, or a scenario.
 * @throws as `runScenario`; `USAGE` also where there is nothing to vary.
 */
export async function sweepScenario(scenario: string | Scenario, options: SweepOptions = {}): Promise<Curve> {
  const { repeats = repeatsUsual, seed = randomInt(seedMax + 1) } = options;
  const read = await scenarioOf(scenario);
  refuseBadNames([read]);
  const sweep = options.sweep ?? read.sweep;
  if (sweep === undefined || sweep.values.length < 2) {
    const needed = "two rates or more (--rates, or a list in producers.rate), or as many of commitEvery";
    throw new LossboundError("USAGE", `${read.name} names nothing to vary: a sweep needs ${needed}`);
  }
  if (!Number.isInteger(repeats) || repeats < 1 || repeats > repeatsMax) {
    throw new LossboundError(
      "USAGE",
      `repeats are ${repeats}, allowed is a whole number from 1 to ${repeatsMax}`,
    );
  }
  const why = whyNoStep(read, sweep);
  if (why !== undefined) throw new LossboundError("USAGE", `${read.name} cannot be swept: ${why}`);

  const steps = stepsOf(read, sweep, repeats);
  const again = repeatWith(fileOf(scenario, read), seed, options, "sweep", [
    ...valuesGiven(options),
    "--repeats",
    `${repeats}`,
  ]);
  const { out = outUsual } = options;
  refuseForeignFiles(out, read.name);
  const results: Result[] = [];
  const found = (): Curve => curveOf(read, sweep, { seed, repeats }, results);
  {
    // A sweep takes long: what was found before it was ended stays found. Where that cannot be written either,
    // both errors are told.
    using _written = { [Symbol.dispose]: () => void (results.length > 0 && writeCurve(out, found())) };
    await runAll(steps, {
      ...options,
      out,
      seed,
      seedOf: ({ step }) => (seed + (step?.repeat ?? 1) - 1) % (seedMax + 1),
      repeatWith: () => again,
      onResult: (result) => {
        results.push(result);
        options.onResult?.(result);
      },
    });
  }
  return found();
}

function valuesGiven({ sweep }: SweepOptions): string[] {
  if (sweep === undefined) return [];
  switch (sweep.of) {
    case "rate":
      return ["--rates", sweep.values.map((rate) => `${rate}/s`).join(",")];
    case "commitEvery":
      return ["--commit-every", sweep.values.join(",")];
  }
}
