import { describe, expect, it } from "vitest";

import type { Expectation, Verdict } from "../../../src/verdict/judge.js";
import {
  certainVerdict,
  judgeRepeat,
  type JudgedTrial,
  type Rule,
} from "../../../src/verdict/judge-repeat.js";

const lost = (verdict: Verdict): Expectation => ({ name: "lost", min: 90, max: 110, observed: 100, verdict });
const none = (verdict: Verdict): Expectation => ({
  name: "violations",
  min: null,
  max: 0,
  observed: 0,
  verdict,
});
const aTrial = (verdict: Verdict, violations: Verdict = "held"): JudgedTrial => ({
  verdict: violations === "broken" ? "broken" : verdict,
  expectations: [lost(verdict), none(violations)],
});
const trials = (held: number, broken = 0, inconclusive = 0): JudgedTrial[] => [
  ...Array.from({ length: held }, () => aTrial("held")),
  ...Array.from({ length: broken }, () => aTrial("broken")),
  ...Array.from({ length: inconclusive }, () => aTrial("inconclusive")),
];
const rule = (given: Partial<Rule> = {}): Rule => ({
  planned: 20,
  falseAlarms: 0.01,
  calibrated: { trials: 500, outside: 0.01 },
  ...given,
});

describe("trials against bounds that were calibrated", () => {
  it("are broken when so many are outside that chance does it more seldom than wanted", () => {
    // 1 − 0.99^20 − 20 · 0.01 · 0.99^19 − 190 · 0.01² · 0.99^18 = 0.001.
    expect(judgeRepeat(trials(18, 2), rule()).verdict).toBe("held");
    const { verdict, reasons, bounds } = judgeRepeat(trials(17, 3), rule());

    expect(verdict).toBe("broken");
    expect(bounds[0]).toMatchObject({
      name: "lost",
      outside: 3,
      judged: 20,
      toBreak: 3,
      chancePerTrial: 0.01,
    });
    expect(bounds[0]!.chance).toBeCloseTo(0.001, 3);
    expect(reasons).toEqual(["lost: 3 of 20 trials are outside, which in 20 trials chance does once in 996"]);
  });

  it("take more of them where false alarms are to be rarer", () => {
    expect(judgeRepeat(trials(17, 3), rule({ falseAlarms: 0.0005 })).verdict).toBe("held");
    expect(judgeRepeat(trials(16, 4), rule({ falseAlarms: 0.0005 })).verdict).toBe("broken");
  });

  it("share the wanted chance among all bounds on losses", () => {
    const two = trials(17, 3).map(({ verdict, expectations }) => ({
      verdict,
      expectations: [...expectations, { ...lost("held"), name: "lostBy.in-transit" }],
    }));
    // The chance of three, 0.00100, is below 0.0015 and above the half of it.
    expect(judgeRepeat(trials(17, 3), rule({ falseAlarms: 0.0015 })).verdict).toBe("broken");
    expect(judgeRepeat(two, rule({ falseAlarms: 0.0015 })).verdict).toBe("held");
  });

  it("are broken by one where the bound is a promise", () => {
    const one = [...trials(19), aTrial("held", "broken")];
    const { verdict, reasons } = judgeRepeat(one, rule());

    expect(verdict).toBe("broken");
    expect(reasons).toEqual(["violations: 1 of 20 trials are outside, and none may be"]);
  });

  it("are inconclusive where not even all of them outside would be rare enough", () => {
    const loose = rule({ planned: 2, calibrated: { trials: 10, outside: 0.4 } });

    expect(judgeRepeat(trials(2), loose).verdict).toBe("inconclusive");
    expect(judgeRepeat(trials(0, 2), loose)).toMatchObject({
      verdict: "inconclusive",
      bounds: [{ toBreak: null }, { toBreak: 1 }],
    });
  });
});

describe("trials against bounds that were not calibrated", () => {
  it("are broken by one, since each bound is taken at its word", () => {
    const bare = rule({ calibrated: undefined });

    expect(judgeRepeat(trials(20), bare).verdict).toBe("held");
    expect(judgeRepeat(trials(19, 1), bare)).toMatchObject({
      verdict: "broken",
      bounds: [{ toBreak: 1, chance: 0 }, {}],
    });
  });
});

describe("trials that are inconclusive", () => {
  it("are never counted as held, and more than a tenth leave all of it inconclusive", () => {
    expect(judgeRepeat(trials(18, 0, 2), rule())).toMatchObject({
      verdict: "held",
      bounds: [{ judged: 18 }, { judged: 18 }],
      inconclusive: { trials: 2, allowed: 2 },
    });
    expect(judgeRepeat(trials(17, 0, 3), rule())).toMatchObject({
      verdict: "inconclusive",
      reasons: ["3 trials are inconclusive, and of 20 at most 2 may be"],
    });
    expect(judgeRepeat(trials(8, 0, 1), rule({ planned: 9 })).verdict).toBe("inconclusive");
    expect(judgeRepeat(trials(0, 0, 20), rule()).bounds[0]!.verdict).toBe("inconclusive");
  });

  it("hide nothing that is broken", () => {
    expect(judgeRepeat(trials(7, 3, 10), rule()).verdict).toBe("broken");
  });
});

describe("fewer trials than planned", () => {
  it("hold nothing that those that are missing could change", () => {
    expect(judgeRepeat([], rule()).verdict).toBe("inconclusive");
    expect(judgeRepeat(trials(17), rule())).toMatchObject({
      verdict: "inconclusive",
      reasons: ["17 of 20 trials were made"],
    });
  });

  it("are certain exactly when all ways to go on give the same verdict", () => {
    const kinds: Verdict[] = ["held", "broken", "inconclusive"];
    const rules = [
      rule({ planned: 5 }),
      rule({ planned: 5, calibrated: undefined }),
      rule({ planned: 10, calibrated: { trials: 50, outside: 0.1 } }),
      rule({ planned: 4, calibrated: { trials: 10, outside: 0.5 } }),
    ];
    // With a promise beside it, nothing would be certain to hold: the last trial may still break that.
    const only = (verdicts: readonly Verdict[]): JudgedTrial[] =>
      verdicts.map((verdict) => ({ verdict, expectations: [lost(verdict)] }));
    for (const each of rules) {
      for (let length = 1; length < each.planned; length++) {
        for (const made of multisets(kinds, length)) {
          const ends = multisets(kinds, each.planned - length).map(
            (rest) => judgeRepeat(only([...made, ...rest]), each).verdict,
          );
          const expected = new Set(ends).size === 1 ? ends[0] : undefined;
          expect([made, certainVerdict(only(made), each)]).toEqual([made, expected]);
        }
      }
    }
    expect(certainVerdict(trials(2, 3), rule())).toBe("broken");
    expect(certainVerdict(trials(0, 0, 3), rule({ calibrated: undefined }))).toBeUndefined();
    expect(certainVerdict(trials(4, 0, 14), rule({ planned: 18, calibrated: undefined }))).toBe(
      "inconclusive",
    );
  });

  it("are certain to hold when what is left is too little to break it", () => {
    const loss = { ...rule({ planned: 30 }) };
    const only = trials(29).map(({ verdict }) => ({ verdict, expectations: [lost("held")] }));

    expect(certainVerdict(only, loss)).toBe("held");
    expect(certainVerdict(only.slice(3), loss)).toBeUndefined();
  });
});

/** The order of trials changes no verdict. */
function multisets(kinds: readonly Verdict[], length: number): Verdict[][] {
  if (length === 0) return [[]];
  return kinds.flatMap((kind, place) =>
    multisets(kinds.slice(place), length - 1).map((rest) => [kind, ...rest]),
  );
}
