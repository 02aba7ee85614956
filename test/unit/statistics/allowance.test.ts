import { readFileSync } from "node:fs";

import { describe, expect, it } from "vitest";

import { allowanceOf, trialsToCalibrate, type Wanted } from "../../../src/statistics/allowance.js";
import { chanceOfAtLeast, rareCount } from "../../../src/statistics/binomial.js";
import { toleranceInterval } from "../../../src/statistics/tolerance.js";
import { bimodal, heavyTailed, tied, uniformOf } from "./losses.js";
import { inRepository } from "../../support/paths.js";

const wanted = (given: Partial<Wanted> = {}): Wanted => ({
  perVerdict: 1,
  falseAlarms: 0.01,
  confidence: 0.95,
  bounds: 1,
  ...given,
});

describe("the trials that a calibration needs", () => {
  it.each([
    [0.05, 93],
    [0.01, 473],
    [0.001, 4_742],
  ])("for one run with a chance of %d agree with Wilks", (falseAlarms, trials) => {
    expect(trialsToCalibrate(wanted({ falseAlarms }))).toBe(trials);
    expect(allowanceOf(trials, wanted({ falseAlarms }))).toEqual({
      outside: falseAlarms,
      toBreak: 1,
      confidence: 0.95,
    });
    expect(allowanceOf(trials - 1, wanted({ falseAlarms }))).toBeUndefined();
  });

  it("are fewer if a verdict has several trials, and more if it has several bounds", () => {
    // Two of three outside: 3 q² (1 − q) + q³ = 0.01 at q = 0.0589.
    expect(trialsToCalibrate(wanted({ perVerdict: 3 }))).toBe(79);
    expect(trialsToCalibrate(wanted({ perVerdict: 3, bounds: 2 }))).toBe(133);
    expect(trialsToCalibrate(wanted({ bounds: 2 }))).toBe(1_113);
  });

  it("agree with the table in docs/statistics.md", () => {
    const page = readFileSync(inRepository("docs", "statistics.md"), "utf8");
    for (const [verdict, perVerdict] of [
      ["1 run", 1],
      ["3 trials", 3],
      ["5 trials", 5],
      ["20 trials", 20],
    ] as const) {
      const needed = [0.05, 0.01, 0.001].map((falseAlarms) =>
        trialsToCalibrate(wanted({ perVerdict, falseAlarms })),
      );
      const row = needed.map((trials) => trials.toLocaleString("en-US").padStart(3)).join(" *\\| *");
      expect(page).toMatch(new RegExp(`^\\| ${verdict} *\\| *${row} *\\|$`, "m"));
    }
  });
});

describe("an allowance", () => {
  it("needs fewer trials outside to break, the more trials were calibrated", () => {
    const breaks = [18, 40, 93, 500, 2_000].map(
      (trials) => allowanceOf(trials, wanted({ perVerdict: 20 }))?.toBreak,
    );
    expect(breaks).toEqual([10, 7, 5, 3, 2]);
  });

  it.each([1, 2, 3, 5, 20])("for verdicts on %d trials agrees with the rare count", (perVerdict) => {
    for (const bounds of [1, 2, 3, 7]) {
      for (const falseAlarms of [0.001, 0.01, 0.03, 0.2]) {
        const asked = wanted({ perVerdict, bounds, falseAlarms });
        const { outside, toBreak } = allowanceOf(trialsToCalibrate(asked), asked)!;
        expect(rareCount(perVerdict, outside, falseAlarms / bounds)).toBe(toBreak);
        expect(toBreak).toBeLessThanOrEqual(Math.ceil(perVerdict / 2));
      }
    }
  });
});

describe.each(Object.entries({ bimodal, tied, heavyTailed }))("bounds for %s losses", (_, make) => {
  it.each([1, 3])("on %d trials raise no more false alarms than wanted", (perVerdict) => {
    const losses = make(uniformOf(perVerdict));
    const asked = wanted({ perVerdict, falseAlarms: 0.05 });
    const trials = trialsToCalibrate(asked);
    const { outside, toBreak, confidence } = allowanceOf(trials, asked)!;
    const times = 2_000;
    let kept = 0;
    for (let time = 0; time < times; time++) {
      const drawn = Array.from({ length: trials }, losses.draw);
      const { low, high } = toleranceInterval(drawn, { content: 1 - outside, confidence })!;
      const really = Math.max(0, 1 - losses.between(low, high));
      if (chanceOfAtLeast(toBreak, perVerdict, really) <= asked.falseAlarms) kept += 1;
    }
    // At least as often as the confidence, up to a chance of 1 in 10,000.
    expect(1 - chanceOfAtLeast(kept + 1, times, confidence)).toBeGreaterThan(1e-4);
  });
});
