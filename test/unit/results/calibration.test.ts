import { describe, expect, it } from "vitest";

import { boundsToCalibrate, calibrationOf } from "../../../src/results/calibration.js";
import { renderCalibration } from "../../../src/views/terminal/calibration.js";
import { palette } from "../../../src/views/layout/colors.js";
import type { Result } from "../../../src/results/result.js";
import { parseScenario } from "../../../src/scenario/file/read.js";
import { aResult } from "../../support/a-result.js";

const scenario = parseScenario(
  `guarantee: at-most-once
producers: { rate: 10/s, messages: 100 }
expect:
  lost: { min: 10, max: 50% }
  silentlyLost: { max: 0 }
  lostBy: { in-transit: { min: 5 }, refused: { max: 40 } }
`,
  "some.yaml",
);
const page = { palette: palette(false), width: 100 };
const wanted = { perVerdict: 1, falseAlarms: 0.5, confidence: 0.95, bounds: 1 };
const asked = { seed: 7, wanted, repeatWith: "lossbound calibrate some.yaml --seed 7" };

function aTrial(lost: number, given: Partial<Result> = {}): Result {
  const bound = { min: 10, max: 50, verdict: "held" } as const;
  const none = { name: "lostBy.refused", min: null, max: 40, observed: 0, verdict: "held" } as const;
  return aResult({ expectations: [{ ...bound, name: "lost", observed: lost }, none], ...given });
}
const losses = [31, 17, 90, 22, 28, 25, 19, 40];

describe("a calibration", () => {
  it("is of the bounds on losses that allow some", () => {
    expect(boundsToCalibrate(scenario)).toEqual(["lost", "lostBy.in-transit", "lostBy.refused"]);
  });

  it("proposes the range of the trials, and leaves alone what none of them lost", () => {
    const found = calibrationOf(
      scenario,
      asked,
      losses.map((lost) => aTrial(lost)),
    );

    expect(found).toMatchObject({ made: 8, trials: 8, needed: 8, allowance: { outside: 0.5, toBreak: 1 } });
    expect(found.bounds.map(({ name, observed, proposed }) => [name, observed, proposed])).toEqual([
      ["lost", { min: 17, max: 90 }, { min: 17, max: 90 }],
      ["lostBy.in-transit", null, null],
      ["lostBy.refused", { min: 0, max: 0 }, null],
    ]);
    const text = renderCalibration(found, undefined, page);
    expect(text).toMatch(/lost +10 to 50 +17 to 90 +17 to 90/);
    expect(text).toMatch(/lostBy\.refused +at most 40 +0 to 0 +unchanged: none lost/);
    expect(text).toContain("At most 50 % of all trials are outside each bound.");
    expect(text).not.toContain("written to");
    expect(renderCalibration(found, "some.yaml", page)).toContain("written to  some.yaml");
  });

  it("leaves the ends out where there are trials enough", () => {
    const many = Array.from({ length: 40 }, (_, place) => aTrial(100 + place));
    // Of 40, half lies between the 7th from below and the 7th from above with 98.1 %, between the 8th with 92.3 %.
    expect(calibrationOf(scenario, asked, many).bounds[0]!.proposed).toEqual({ min: 106, max: 133 });
  });

  it("counts no trial that proves nothing, and proposes nothing where too few are left", () => {
    const doubtful = [aTrial(9_999, { verdict: "broken", doubts: ["a fault touched nothing"] })];
    const empty = [aTrial(0, { verdict: "inconclusive" })];
    const found = calibrationOf(scenario, asked, [
      ...losses.slice(1).map((lost) => aTrial(lost)),
      ...doubtful,
      ...empty,
    ]);

    expect(found).toMatchObject({ made: 9, trials: 7, needed: 8, allowance: null });
    expect(found.bounds.map(({ proposed }) => proposed)).toEqual([null, null, null]);
    expect(found.bounds[0]!.observed).toEqual({ min: 17, max: 90 });
    const text = renderCalibration(found, undefined, page).replaceAll(/\s+/g, " ");
    expect(text).toContain("calibrated from 7 of 9 trials; the others were not usable");
    expect(text).toContain(
      "7 trials are too few for a verdict on one run that chance breaks at most once in 2",
    );
    expect(text).toContain(": 8 are needed");
  });
});
