import { describe, expect, it } from "vitest";

import {
  chanceOfAtLeast,
  chanceThatMakesRare,
  clopperPearson,
  rareCount,
} from "../../../src/statistics/binomial.js";
import { meanOf } from "../../../src/statistics/bootstrap.js";
import { greaterByMoreThanChance } from "../../../src/statistics/permutation.js";
import {
  contentOf,
  lowerToleranceLimit,
  toleranceInterval,
  trialsNeeded,
  upperToleranceLimit,
} from "../../../src/statistics/tolerance.js";
import { seedOfTrial } from "../../../src/statistics/trial-seed.js";

const numbers = (count: number): number[] => Array.from({ length: count }, (_, index) => index + 1);

describe("the trials that a claim needs", () => {
  it.each([
    { content: 0.95, sides: 2, trials: 93 },
    { content: 0.999, sides: 2, trials: 4_742 },
    { content: 0.99, sides: 2, trials: 473 },
    { content: 0.95, sides: 1, trials: 59 },
    { content: 0.999, sides: 1, trials: 2_995 },
  ] as const)("for $content on $sides side(s) are $trials", ({ content, sides, trials }) => {
    expect(trialsNeeded({ content, confidence: 0.95 }, sides)).toBe(trials);
    expect(contentOf(trials, 0.95, sides)).toBeGreaterThanOrEqual(content);
    expect(contentOf(trials - 1, 0.95, sides)).toBeLessThan(content);
  });

  it("agree with Wilks' own formula", () => {
    for (const [content, confidence] of [
      [0.5, 0.9],
      [0.9, 0.95],
      [0.99, 0.99],
    ] as const) {
      const n = trialsNeeded({ content, confidence }, 2);
      const chance = (trials: number): number =>
        1 - trials * content ** (trials - 1) + (trials - 1) * content ** trials;
      expect(chance(n)).toBeGreaterThanOrEqual(confidence);
      expect(chance(n - 1)).toBeLessThan(confidence);
    }
  });
});

describe("a tolerance interval", () => {
  const claim = { content: 0.95, confidence: 0.95 };

  it("is the range of 93 trials, and undefined for 92", () => {
    expect(toleranceInterval(numbers(93).toReversed(), claim)).toEqual({ low: 1, high: 93, dropped: 0 });
    expect(toleranceInterval(numbers(92), claim)).toBeUndefined();
    expect(toleranceInterval([], claim)).toBeUndefined();
  });

  it("drops as many trials at each end as the claim permits", () => {
    expect(toleranceInterval(numbers(1_000), claim)).toEqual({ low: 19, high: 982, dropped: 18 });
  });

  it("needs fewer trials for a one-sided limit", () => {
    expect(upperToleranceLimit(numbers(58), claim)).toBeUndefined();
    expect(upperToleranceLimit(numbers(59), claim)).toBe(59);
    expect(upperToleranceLimit(numbers(93), claim)).toBe(92);
    expect(lowerToleranceLimit(numbers(59), claim)).toBe(1);
    expect(lowerToleranceLimit(numbers(58), claim)).toBeUndefined();
  });
});

describe("the chance of a count", () => {
  it("is the sum of the terms of the binomial distribution", () => {
    const choose = (n: number, k: number): number => (k === 0 ? 1 : (choose(n - 1, k - 1) * n) / k);
    for (const chance of [0.01, 0.2, 0.9]) {
      for (const k of [0, 1, 3, 12]) {
        const terms = numbers(13 - k).map((number) => number + k - 1);
        const sum = terms.reduce((all, j) => all + choose(12, j) * chance ** j * (1 - chance) ** (12 - j), 0);
        expect(chanceOfAtLeast(k, 12, chance)).toBeCloseTo(sum, 10);
      }
    }
  });

  it("is 0 or 1 for impossible and certain counts", () => {
    expect(chanceOfAtLeast(0, 20, 0)).toBe(1);
    expect(chanceOfAtLeast(1, 20, 0)).toBe(0);
    expect(chanceOfAtLeast(20, 20, 1)).toBe(1);
    expect(chanceOfAtLeast(21, 20, 1)).toBe(0);
  });

  it("determines the rare count and its inverse", () => {
    expect(rareCount(20, 0, 0.01)).toBe(1);
    expect(rareCount(20, 0.01, 0.01)).toBe(3);
    expect(rareCount(1, 0.05, 0.01)).toBeUndefined();
    const chance = chanceThatMakesRare(10, 20, 0.01);
    expect(chanceOfAtLeast(10, 20, chance)).toBeCloseTo(0.01, 9);
  });

  it("gives the Clopper–Pearson interval of R and of its formula", () => {
    // Computed by hand from the formula: 1 − (α/2)^(1/n).
    expect(clopperPearson(0, 10, 0.95)).toEqual({ low: 0, high: expect.closeTo(1 - 0.025 ** 0.1, 9) });
    expect(clopperPearson(10, 10, 0.95)).toEqual({ low: expect.closeTo(0.025 ** 0.1, 9), high: 1 });
    // R: binom.test(7, 20).
    expect(clopperPearson(7, 20, 0.95)).toEqual({
      low: expect.closeTo(0.1539092, 6),
      high: expect.closeTo(0.5921885, 6),
    });
  });
});

describe("a mean", () => {
  it("has the same interval with the same seed, and is inside it", () => {
    const values = [4012, 4008, 4020, 3998, 4016, 4002];
    const found = meanOf(values, { confidence: 0.95, seed: 5 })!;

    expect(found).toEqual(meanOf(values, { confidence: 0.95, seed: 5 }));
    expect(found.mean).toBeCloseTo(4009.333, 3);
    expect(found.low).toBeLessThan(found.mean);
    expect(found.high).toBeGreaterThan(found.mean);
  });

  it("has a wider interval on the side of the tail", () => {
    const { mean, low, high } = meanOf([0, 0, 0, 1, 1, 2, 3, 30], { confidence: 0.9, seed: 1 })!;

    expect(high - mean).toBeGreaterThan(1.5 * (mean - low));
  });

  it("has an interval of width 0 if all trials are equal, and is undefined for one trial", () => {
    expect(meanOf([7, 7, 7], { confidence: 0.95, seed: 1 })).toEqual({ mean: 7, low: 7, high: 7 });
    expect(meanOf([7], { confidence: 0.95, seed: 1 })).toBeUndefined();
  });
});

describe("a permutation test", () => {
  it("counts every permutation of a few trials", () => {
    expect(greaterByMoreThanChance([8, 9, 10], [1, 2, 3], 1)).toEqual({
      chance: 1 / 20,
      least: 1 / 20,
      exact: true,
    });
    expect(greaterByMoreThanChance([1, 2, 3], [8, 9, 10], 1).chance).toBe(1);
    expect(greaterByMoreThanChance([1, 10], [2, 3], 1).chance).toBe(0.5);
  });

  it("draws random permutations of many trials, and finds the exact chance", () => {
    // 12 against 12 have 2,704,156 permutations. With values of 0 and 1 only, the exact chance is
    // known.
    const now = [...Array.from({ length: 8 }, () => 1), 0, 0, 0, 0];
    const before = [...Array.from({ length: 4 }, () => 1), 0, 0, 0, 0, 0, 0, 0, 0];
    const { chance, exact } = greaterByMoreThanChance(now, before, 3);

    // Hypergeometric: 8 or more of 12 among 12 of 24.
    expect(exact).toBe(false);
    expect(chance).toBeCloseTo(0.1102, 2);
  });

  it("treats sums that differ only in the last digit as equal", () => {
    const { chance } = greaterByMoreThanChance([0.1, 0.2, 0.3], [0.3, 0.2, 0.1], 1);

    expect(chance).toBeGreaterThan(0.5);
  });
});

describe("the seeds of trials", () => {
  it("all differ, for one first seed and for its neighbours", () => {
    const seeds = [7, 8, 9].flatMap((first) => numbers(5_000).map((trial) => seedOfTrial(first, trial)));

    expect(new Set(seeds).size).toBe(15_000);
    expect(seeds.every((seed) => Number.isInteger(seed) && seed >= 0 && seed < 2 ** 32)).toBe(true);
  });

  it("differ in half their bits from one trial to the next", () => {
    const bits = numbers(2_000).map((trial) => {
      const changed = (seedOfTrial(1, trial) ^ seedOfTrial(1, trial + 1)) >>> 0;
      return changed.toString(2).replaceAll("0", "").length;
    });

    expect(bits.reduce((sum, one) => sum + one, 0) / bits.length).toBeCloseTo(16, 0);
  });
});
