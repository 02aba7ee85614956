import { describe, expect, it } from "vitest";

import { meanOf } from "../../../src/statistics/bootstrap.js";
import { chanceOfAtLeast, clopperPearson } from "../../../src/statistics/binomial.js";
import { greaterByMoreThanChance } from "../../../src/statistics/permutation.js";
import {
  lowerToleranceLimit,
  toleranceInterval,
  upperToleranceLimit,
} from "../../../src/statistics/tolerance.js";
import { bimodal, heavyTailed, type Losses, tied, type Uniform, uniformOf } from "./losses.js";

const kinds = { bimodal, tied, heavyTailed };
type Kind = keyof typeof kinds;

/** Counts the simulations that hold. */
function simulate(times: number, holds: (time: number) => boolean): number {
  let held = 0;
  for (let time = 0; time < times; time++) if (holds(time)) held += 1;
  return held;
}

/**
 * Whether a count is plausible for a chance from `least` to `most`, up to an error of 1 in 10,000.
 */
function isLikely(count: number, times: number, least: number, most: number): boolean {
  const tooFew = 1 - chanceOfAtLeast(count + 1, times, least) < 1e-4;
  const tooMany = chanceOfAtLeast(count, times, most) < 1e-4;
  return !tooFew && !tooMany;
}

function drawn(losses: Losses, trials: number): number[] {
  return Array.from({ length: trials }, losses.draw);
}

describe.each(Object.keys(kinds) as Kind[])("for %s losses", (kind) => {
  const make = (seed: number): Losses => (kinds[kind] as (uniform: Uniform) => Losses)(uniformOf(seed));
  const times = 5_000;
  // For continuous losses the chance is exact: the binomial sum over the order statistics left out.
  const exact = kind !== "tied";

  it.each([
    { trials: 93, content: 0.95, exactly: 0.95002 },
    { trials: 300, content: 0.95, exactly: 0.98403 },
    { trials: 60, content: 0.8, exactly: 0.98789 },
  ])(
    "a two-sided tolerance interval of $trials trials holds as often as it claims",
    ({ trials, content, exactly }) => {
      const losses = make(trials);
      const held = simulate(times, () => {
        const found = toleranceInterval(drawn(losses, trials), { content, confidence: 0.95 })!;
        return losses.between(found.low, found.high) >= content;
      });

      // Ties can only make it hold more often.
      expect(isLikely(held, times, exactly, exact ? exactly : 1)).toBe(true);
    },
  );

  it.each([59, 150])("upper and lower limits of %d trials hold as often as they claim", (trials) => {
    const losses = make(trials);
    const claim = { content: 0.95, confidence: 0.95 };
    const exactly = { 59: 0.95151, 150: 0.98185 }[trials]!;
    const upper = simulate(
      times,
      () => losses.between(-Infinity, upperToleranceLimit(drawn(losses, trials), claim)!) >= 0.95,
    );
    const lower = simulate(
      times,
      () => losses.between(lowerToleranceLimit(drawn(losses, trials), claim)!, Infinity) >= 0.95,
    );

    expect(isLikely(upper, times, exactly, exact ? exactly : 1)).toBe(true);
    expect(isLikely(lower, times, exactly, exact ? exactly : 1)).toBe(true);
  });

  /** The real coverage of a 95 % interval, as in docs/statistics.md. */
  const coverage = { bimodal: 0.96, tied: 0.934, heavyTailed: 0.868 }[kind];
  it("the interval of the mean of 20 trials has the documented coverage", () => {
    const losses = make(20);
    const runs = 6_000;
    const held = simulate(runs, (seed) => {
      const found = meanOf(drawn(losses, 20), { confidence: 0.95, seed, resamples: 500 })!;
      return found.low <= losses.mean && losses.mean <= found.high;
    });

    expect(isLikely(held, runs, coverage, coverage)).toBe(true);
  });

  it("two groups with the same distribution rarely differ by more than chance", () => {
    const losses = make(7);
    const found = simulate(
      2_000,
      (seed) => greaterByMoreThanChance(drawn(losses, 6), drawn(losses, 6), seed).chance <= 0.05,
    );

    // At most 46 of the 924 permutations have a chance of 0.05 or less; ties can only reduce that.
    expect(isLikely(found, 2_000, exact ? 46 / 924 : 0, 46 / 924)).toBe(true);
  });
});

describe("a Clopper–Pearson interval", () => {
  it.each([0.001, 0.05, 0.3, 0.5, 0.97])("covers a chance of %d with at least its confidence", (chance) => {
    const uniform = uniformOf(Math.round(chance * 1000));
    const times = 5_000;
    const held = simulate(times, () => {
      const happened = Array.from({ length: 40 }, uniform).filter((one) => one < chance).length;
      const { low, high } = clopperPearson(happened, 40, 0.95);
      return low <= chance && chance <= high;
    });

    expect(isLikely(held, times, 0.95, 1)).toBe(true);
  });

  it("misses on each side as rarely as it claims", () => {
    const uniform = uniformOf(3);
    const sides = { above: 0, below: 0 };
    for (let time = 0; time < 5_000; time++) {
      const happened = Array.from({ length: 400 }, uniform).filter((one) => one < 0.4).length;
      const { low, high } = clopperPearson(happened, 400, 0.9);
      if (low > 0.4) sides.above += 1;
      if (high < 0.4) sides.below += 1;
    }

    expect(isLikely(sides.above, 5_000, 0.035, 0.05)).toBe(true);
    expect(isLikely(sides.below, 5_000, 0.035, 0.05)).toBe(true);
  });
});
