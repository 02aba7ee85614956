import { describe, expect, it } from "vitest";

import {
  type Difference,
  differencesOf,
  type Stored,
  verdictOfAll,
  withDifference,
} from "../../../src/results/difference.js";
import { renderDifferences } from "../../../src/views/terminal/difference.js";
import { palette } from "../../../src/views/layout/colors.js";
import type { Repeat } from "../../../src/results/repeat.js";
import { repeatOf } from "../../../src/results/repeat.js";
import type { Verdict } from "../../../src/verdict/judge.js";
import { aScenario } from "../../support/a-scenario.js";
import { aResult } from "../../support/a-result.js";

const page = { palette: palette(false), width: 100 };
const rule = { falseAlarms: 0.01, seed: 0 };

/** Trials that lost so many each, under one fault. */
function trials(losses: readonly number[], name = "black-hole"): Repeat {
  const results = losses.map((lost, place) =>
    aResult({
      scenario: `${name}-trial-${place + 1}`,
      trial: { of: name, number: place + 1, firstSeed: 7 },
      messages: { ...aResult().messages, lost },
    }),
  );
  const asked = { seed: 7, planned: losses.length, falseAlarms: 0.01, stoppedEarly: false, repeatWith: "" };
  return repeatOf({ ...aScenario({}), name }, asked, results);
}
const compared = (before: Stored, now: Stored): Difference => differencesOf([before], [now], rule)[0]!;
const losses = [10, 11, 12, 13, 14, 15, 16, 17];

describe("what is lost now, held against before", () => {
  it("is broken where it is more by more than chance", () => {
    const found = compared(trials(losses), trials(losses.map((lost) => lost + 10)));

    // One way of 12,870 is as great as this.
    expect(found).toMatchObject({ verdict: "broken", per: "fault", wanted: 0.01 });
    expect(found.chance).toBeCloseTo(1 / 12_870, 9);
    expect(found.before).toMatchObject({ runs: 8, mean: 13.5 });
    expect(found.now!.mean).toBe(23.5);
    expect(found.reasons).toEqual(["it loses more for each fault than before"]);
  });

  it("has held where it is less, or no more than chance makes it", () => {
    expect(compared(trials(losses), trials(losses.map((lost) => lost - 9)))).toMatchObject({
      verdict: "held",
    });
    expect(compared(trials(losses), trials(losses.map((lost) => lost + 1)))).toMatchObject({
      verdict: "held",
    });
  });

  it("is inconclusive where the runs are too few for a change to be rare", () => {
    const found = compared(aResult({ scenario: "black-hole" }), trials([9_000, 9_001]));
    expect(found.verdict).toBe("inconclusive");
    expect(found.reasons).toEqual(["runs are too few to tell a change from chance: 1 before, and 2 now"]);
    // Three and three divide in twenty ways.
    expect(compared(trials([1, 2, 3]), trials([7, 8, 9])).verdict).toBe("inconclusive");
  });

  it("is inconclusive where one side is missing, proves nothing, or is another guarantee", () => {
    const missing = differencesOf([], [trials(losses)], rule)[0]!;
    expect(missing).toMatchObject({ verdict: "inconclusive", before: null, chance: null });
    const empty = aResult({ scenario: "black-hole", verdict: "inconclusive" });
    expect(compared(trials(losses), empty).reasons).toEqual([
      "there is no run of it now that shows anything",
    ]);
    const other = { ...trials(losses.map((lost) => lost + 10)), guarantee: "at-least-once" as const };
    expect(compared(trials(losses), other).reasons).toEqual([
      "it was run under at-most-once before, and under at-least-once now",
    ]);
  });

  it("counts each run where no fault fell", () => {
    const calm = (all: Repeat): Repeat => ({
      ...all,
      trials: all.trials.map((one) => ({ ...one, faults: 0 })),
    });
    expect(compared(calm(trials(losses)), trials(losses))).toMatchObject({ per: "run", verdict: "held" });
  });

  it("shares the wanted chance among all scenarios", () => {
    // Of 70 ways to divide four and four one is as great: a chance of 0.0143.
    const [before, now] = [trials([1, 2, 3, 4]), trials([5, 6, 7, 8])];
    const looser = { falseAlarms: 0.02, seed: 0 };
    expect(differencesOf([before], [now], looser)[0]!.verdict).toBe("broken");
    const two = differencesOf([before, trials(losses, "other")], [now, trials(losses, "other")], looser);
    expect(two.map(({ scenario, verdict }) => [scenario, verdict])).toEqual([
      ["black-hole", "inconclusive"],
      ["other", "held"],
    ]);
  });

  it("is told in a line each, with its reasons", () => {
    const found = differencesOf([trials(losses)], [trials(losses.map((lost) => lost + 10))], rule);
    expect(renderDifferences(found, page)).toMatch(
      /black-hole +13\.5 \([\d.]+ to [\d.]+\) per fault, 8 runs +23\.5 \(.*\) per fault, 8 runs +\+74 % +0\.0078 % +broken/,
    );
    expect(renderDifferences(found, page)).toContain(
      "- black-hole: it loses more for each fault than before; the limit is 1 %",
    );
  });

  it("makes a verdict more serious, and never less", () => {
    const held = compared(trials(losses), trials(losses));
    const broken = compared(trials(losses), trials(losses.map((lost) => lost + 10)));
    const open = compared(trials([1]), trials([1]));
    const found = (verdict: Verdict) => aResult({ verdict, reasons: verdict === "held" ? [] : ["its own"] });
    const after = (verdict: Verdict, difference: Difference) => {
      const { verdict: judged, reasons } = withDifference(found(verdict), difference);
      return [judged, ...reasons];
    };

    const more = "it loses more for each fault than before";
    const few = "runs are too few to tell a change from chance: 1 before, and 1 now";
    expect(after("held", held)).toEqual(["held"]);
    expect(after("held", open)).toEqual(["inconclusive", few]);
    expect(after("held", broken)).toEqual(["broken", more]);
    expect(after("inconclusive", held)).toEqual(["inconclusive", "its own"]);
    expect(after("inconclusive", open)).toEqual(["inconclusive", "its own", few]);
    expect(after("inconclusive", broken)).toEqual(["broken", more]);
    expect(after("broken", held)).toEqual(["broken", "its own"]);
    expect(after("broken", open)).toEqual(["broken", "its own"]);
    expect(after("broken", broken)).toEqual(["broken", "its own", more]);
  });

  it("is broken in all where one is, and shows nothing where nothing is compared", () => {
    const held = compared(trials(losses), trials(losses));
    const broken = compared(trials(losses), trials(losses.map((lost) => lost + 10)));
    const open = compared(trials([1]), trials([1]));
    expect(verdictOfAll([held, broken, open])).toBe("broken");
    expect(verdictOfAll([held, open])).toBe("inconclusive");
    expect(verdictOfAll([held])).toBe("held");
    expect(verdictOfAll([])).toBe("inconclusive");
  });
});
