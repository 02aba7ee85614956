import { describe, expect, it } from "vitest";

import { repeatOf } from "../../../src/results/repeat.js";
import { renderRepeat, renderTrial } from "../../../src/views/terminal/repeat.js";
import { palette } from "../../../src/views/layout/colors.js";
import { seedOf, trialsOf } from "../../../src/scenario/variants/trials.js";
import { aTrial, asked, results, scenario } from "../../support/ten-trials.js";

const page = { palette: palette(false), width: 100 };

describe("a repeat", () => {
  it("has mean, tolerance and worst trial of the trials that are not inconclusive", () => {
    const { verdict, bounds, trials, lostPerFault, inconclusive } = repeatOf(
      scenario,
      asked,
      results.toReversed(),
    );

    expect(verdict).toBe("held");
    expect(trials.map(({ number }) => number)).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9, 10]);
    expect(inconclusive).toEqual({ trials: 1, allowed: 1 });
    expect(bounds).toEqual([
      {
        name: "lost",
        verdict: "held",
        min: 3_900,
        max: 4_100,
        judged: 9,
        outside: 0,
        toBreak: 2,
        chancePerTrial: 0.01,
        chance: 1,
        mean: expect.objectContaining({ mean: 36_096 / 9 }),
        // 1 − n·c^(n − 1) + (n − 1)·c^n = 0.95 for 9 trials.
        tolerance: { low: 3_990, high: 4_090, content: expect.closeTo(0.5709, 4), confidence: 0.95 },
        worst: {
          number: 6,
          seed: 600,
          observed: 4_090,
          repeatWith: "lossbound run black-hole.yaml --seed 600 --repeat 1",
        },
      },
    ]);
    expect(lostPerFault!.mean).toBeCloseTo(36_096 / 9);
    expect(lostPerFault!.low).toBeGreaterThan(3_990);
    expect(lostPerFault!.high).toBeLessThan(4_050);
  });

  it("calls that trial the worst which is furthest outside, below too", () => {
    const far = [aTrial(1, 4_120, "broken"), aTrial(2, 3_700, "broken"), aTrial(3, 4_000)];
    const { verdict, bounds } = repeatOf(scenario, { ...asked, planned: 3 }, far);

    expect(verdict).toBe("broken");
    expect(bounds[0]!.worst).toMatchObject({ number: 2, observed: 3_700 });
  });

  it("shows verdict, bounds, worst trial and the rule", () => {
    const text = renderRepeat(repeatOf(scenario, asked, results), "out", page);

    expect(text).toContain("black-hole  HELD  10 of 10 trials\n");
    expect(text).toMatch(
      /lost +3,900 +4,100 +4,011 \([\d,]+ to [\d,]+\) +3,990 to 4,090 for 57 % +0 of 9 +2 +held/,
    );
    expect(text).toContain(
      "worst        lost 4,090 in trial 6: lossbound run black-hole.yaml --seed 600 --repeat 1",
    );
    expect(text).toContain(
      "at most once in 100, with bounds from 500 trials and 1.00 % of trials outside each",
    );
    expect(text).toContain("inconclusive 1 of 10, at most 1 allowed");
    expect(text).toContain("out/black-hole.repeat.json");
  });

  it("says of bounds that are not calibrated what is assumed, and when it stopped early", () => {
    const bare = { ...scenario, calibrated: undefined };
    const text = renderRepeat(
      repeatOf(bare, { ...asked, stoppedEarly: true }, [aTrial(1, 9, "broken")]),
      "out",
      page,
    );

    expect(text).toContain("BROKEN  stopped after 1 of 10 trials: more trials cannot change the verdict");
    expect(text).toContain("- lost: 1 of 1 trials are outside, and none may be");
    expect(text).toContain("none: the bounds are not calibrated, so every trial must keep them");
  });

  it("is a line a trial as they come", () => {
    expect(renderTrial(aTrial(3, 4_000), page, 10)).toBe(
      "black-hole  trial 3 of 10  seed 300  lost 4,000 of 20,000  held\n",
    );
  });
});

describe("the trials of a scenario", () => {
  it("have names, numbers and seeds of their own, and nothing to repeat", () => {
    const trials = trialsOf({ ...scenario, repeat: 20 }, 20, 7);

    expect(trials.map(({ name }) => name).slice(0, 2)).toEqual(["black-hole-trial-1", "black-hole-trial-2"]);
    expect(trials[4]).toMatchObject({
      repeat: undefined,
      trial: { of: "black-hole", number: 5, firstSeed: 7 },
    });
    expect(new Set(trials.map((trial) => seedOf(trial, 7))).size).toBe(20);
    expect(seedOf(scenario, 7)).toBe(7);
  });

  it("keep what tells them apart where the name is long", () => {
    const [first, second] = trialsOf({ ...scenario, name: "x".repeat(64) }, 2, 1);

    expect([first!.name.length, second!.name.slice(-8)]).toEqual([64, "-trial-2"]);
  });
});
