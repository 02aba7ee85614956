import { describe, expect, it } from "vitest";

import { type Bound, type Expect, type Guarantee, causes } from "../../../src/scenario/scenario.js";
import { type FaultEvidence, judge, silentlyLost } from "../../../src/verdict/judge.js";
import type { Disturbances } from "../../../src/verdict/disturbances.js";
import { fates } from "../../../src/verdict/fates/fates.js";
import type { Tally } from "../../../src/verdict/fates/tally.js";

describe("a bound", () => {
  const limits: [string, Bound, number, string][] = [
    ["below its lower end, when something was lost", count(10, 20), 9, "broken"],
    ["at its lower end", count(10, 20), 10, "held"],
    ["within", count(10, 20), 15, "held"],
    ["at its upper end", count(10, 20), 20, "held"],
    ["above its upper end", count(10, 20), 21, "broken"],
    ["without an upper end", count(10, undefined), 1000, "held"],
    ["without a lower end", count(undefined, 20), 0, "held"],
    ["of nothing at all", count(undefined, undefined), 1000, "held"],
    ["of zero", count(undefined, 0), 0, "held"],
    ["of zero, one above", count(undefined, 0), 1, "broken"],
  ];
  it.each(limits)("%s", (_, lost, observed, verdict) => {
    expect(judged({ lost }, { "in-transit": observed, processed: 1000 }).verdict).toBe(verdict);
  });

  it("that wants a loss and sees none proves nothing", () => {
    const { verdict, reasons, doubts } = judged({ lost: count(10, 20) }, { processed: 1000 });

    expect(verdict).toBe("inconclusive");
    expect(reasons).toEqual(["lost: 0 proves nothing about 10 to 20"]);
    // It is the bound that is open, not the run.
    expect(doubts).toEqual([]);
  });

  it("of one cause is broken by another cause's loss, where none of its own was seen", () => {
    const expected = { lost: count(undefined, 50), lostBy: { "in-transit": count(5, undefined) } };

    expect(judged(expected, { "client-buffer": 30 }).verdict).toBe("broken");
    expect(judged(expected, { "in-transit": 5 }).verdict).toBe("held");
  });

  it("of each kind is held against its own count", () => {
    const { expectations } = judged(
      {
        lost: count(1, 100),
        silentlyLost: count(1, 90),
        lostBy: Object.fromEntries(causes.map((cause, place) => [cause, count(place + 1, place + 1)])),
        duplicated: count(undefined, 7),
      },
      {
        ...Object.fromEntries(causes.map((cause, place) => [cause, place + 1])),
        duplicated: 6,
        processed: 900,
      },
    );

    expect(expectations.map(({ name, observed }) => [name, observed])).toEqual([
      ["lost", 36],
      ["silentlyLost", 35],
      ...causes.map((cause, place) => [`lostBy.${cause}`, place + 1]),
      ["duplicated", 6],
      ["unexplained", 0],
      ["violations", 0],
    ]);
    expect(expectations.every(({ verdict }) => verdict === "held")).toBe(true);
  });
});

describe("a share", () => {
  it.each([
    [0.02, 150, 3],
    [0.1, 30, 3],
    [0.07, 100, 7],
    [0.29, 100, 29],
    [1, 12_345, 12_345],
    [0.001, 999_999_999, 999_999],
  ])("%d of %i sent messages is %i, upwards and downwards", (value, sent, messages) => {
    const share = { kind: "share", value } as const;
    const { expectations } = judged(
      { lost: { min: share, max: share } },
      { "in-transit": messages, processed: sent - messages },
    );

    expect(expectations[0]).toMatchObject({ max: messages, observed: messages });
    expect(expectations[0]!.min).toBe(Math.ceil(Number((value * sent).toPrecision(12))));
  });

  it("rounds towards its inside: a lower end up, an upper end down", () => {
    const { expectations } = judged(
      { lost: { min: { kind: "share", value: 0.015 }, max: { kind: "share", value: 0.025 } } },
      { "in-transit": 2, processed: 98 },
    );

    expect(expectations[0]).toMatchObject({ min: 2, max: 2, verdict: "held" });
  });

  it("is of what was sent, not of what was planned", () => {
    const { expectations } = judged(
      { lost: { min: undefined, max: { kind: "share", value: 0.1 } } },
      { processed: 100, unsent: 900 },
    );

    expect(expectations[0]!.max).toBe(10);
  });
});

describe("an open fate", () => {
  it.each(["unread", "indeterminate"] as const)(
    "%s leaves the verdict open, though every bound is kept",
    (fate) => {
      const { verdict, reasons } = judged({ lost: count(undefined, 100) }, { processed: 50, [fate]: 2 });

      expect(verdict).toBe("inconclusive");
      expect(reasons).toHaveLength(1);
      expect(reasons[0]).toMatch(/^2 messages /);
    },
  );

  it("that is indeterminate proves nothing only above the bound that the scenario has for it", () => {
    const claims = { lost: count(undefined, 100), indeterminate: count(undefined, 2) };
    const kept = judged(claims, { processed: 50, indeterminate: 2 });
    const exceeded = judged(claims, { processed: 50, indeterminate: 3 });
    const lostToo = judged({ ...claims, lost: count(undefined, 1) }, { processed: 50, indeterminate: 2 });

    expect(kept.verdict).toBe("held");
    expect(exceeded.verdict).toBe("inconclusive");
    expect(exceeded.reasons).toEqual(["indeterminate: 3 proves nothing about 0 to 2"]);
    expect(exceeded.doubts).toEqual(exceeded.reasons);
    expect(lostToo.reasons).toEqual(["lost: 0 proves nothing about 0 to 1"]);
  });

  it("that may be a loss leaves a bound open that it could exceed, and one that it could reach", () => {
    const exceeded = judged({ lost: count(undefined, 10) }, { "in-transit": 9, unread: 2 });
    const reached = judged({ lost: count(10, 20) }, { "in-transit": 9, unread: 1 });
    const neither = judged({ lost: count(10, 20) }, { "in-transit": 8, unread: 1 });

    expect(exceeded.expectations[0]!.verdict).toBe("inconclusive");
    expect(reached.expectations[0]!.verdict).toBe("inconclusive");
    expect(neither.expectations[0]!.verdict).toBe("broken");
  });

  it("does not hide a bound that is exceeded without it, and stays a doubt", () => {
    const { verdict, doubts } = judged({ lost: count(undefined, 10) }, { "in-transit": 11, unread: 500 });
    expect(verdict).toBe("broken");
    expect(doubts).toEqual([expect.stringMatching(/^500 messages are in the log, unread/)]);
  });

  it("is there where nothing was sent", () => {
    expect(judged({ lost: count(undefined, 0) }, { unsent: 100 })).toMatchObject({
      verdict: "inconclusive",
      reasons: ["nothing was sent"],
    });
  });
});

describe("a fault", () => {
  const kept = { lost: count(1, 100) };
  const lost = { "in-transit": 10 };

  it("that did its work leaves the verdict to the bounds", () => {
    expect(judged(kept, lost, [aFault({})]).verdict).toBe("held");
    expect(judged(kept, lost, [aFault({ inForce: true, healed: true })]).verdict).toBe("held");
  });

  const troubles: [string, Partial<FaultEvidence>, string][] = [
    ["touched nothing", { touched: 0 }, "the fault timeout on producer-link touched nothing live"],
    [
      "was not in force, says the probe",
      { inForce: false },
      "the probe did not find the fault timeout on producer-link in force",
    ],
    ["did not heal", { healed: false }, "the fault timeout on producer-link did not heal"],
  ];
  it.each(troubles)("that %s leaves the verdict open", (_, trouble, reason) => {
    expect(judged(kept, lost, [aFault({}), aFault(trouble)])).toMatchObject({
      verdict: "inconclusive",
      reasons: [expect.stringContaining(reason)],
      doubts: [expect.stringContaining(reason)],
    });
    expect(judged(kept, lost, [aFault({})]).doubts).toEqual([]);
  });

  it.each(troubles.filter(([, { healed }]) => healed !== false))(
    "that %s excuses no bound that is exceeded",
    (_, trouble) => {
      expect(judged({ lost: count(undefined, 5) }, lost, [aFault(trouble)]).verdict).toBe("broken");
    },
  );

  it("that did not heal may have lost what exceeds a bound, and duplicates nothing", () => {
    const unhealed = [aFault({ healed: false })];
    expect(judged({ lost: count(undefined, 5) }, lost, unhealed).verdict).toBe("inconclusive");
    expect(judged({ lost: count(undefined, 5) }, { ...lost, duplicated: 1 }, unhealed).verdict).toBe(
      "broken",
    );
  });

  it("for which something else answered may have lost what exceeds a bound, and duplicates nothing", () => {
    const answeredFor = [aFault({ kind: "down", inForce: false, answeredFor: true })];
    const judgement = judged({ lost: count(undefined, 5) }, lost, answeredFor);
    expect(judgement.verdict).toBe("inconclusive");
    expect(judgement.reasons[0]).toContain(
      "did not find the fault down on producer-link in force: something in front of the proxy accepts connections",
    );
    expect(judged({ lost: count(undefined, 5) }, { ...lost, duplicated: 1 }, answeredFor).verdict).toBe(
      "broken",
    );
  });

  it("that did no work excuses a loss that stayed too small", () => {
    expect(judged({ lost: count(50, undefined) }, lost, [aFault({ touched: 0 })]).verdict).toBe(
      "inconclusive",
    );
    expect(judged({ lost: count(50, undefined) }, lost, [aFault({ inForce: false })]).verdict).toBe(
      "inconclusive",
    );
    expect(judged({ lost: count(50, undefined) }, lost, [aFault({})]).verdict).toBe("broken");
  });
});

describe("a violation", () => {
  it.each(["beganBeforeCommit", "beganTwice", "storedTwice"] as const)(
    "%s breaks the run by itself",
    (violation) => {
      const tally = aTally({ processed: 100 });
      tally.violations[violation] = 1;
      const { verdict, reasons } = judge(claiming({}), tally, []);

      expect(verdict).toBe("broken");
      expect(reasons).toEqual(["violations: 1 is outside 0 to 0"]);
    },
  );

  it("breaks a run whose messages are open, too", () => {
    const tally = aTally({ processed: 100, unread: 9 });
    tally.violations.beganTwice = 1;

    expect(judge(claiming({}), tally, [aFault({ touched: 0 })]).verdict).toBe("broken");
  });
});

describe("a guarantee that begins a message before its commit, and again", () => {
  it.each(["at-least-once", "effectively-once"] as const)("(%s) is not broken by that", (guarantee) => {
    const tally = aTally({ processed: 100 });
    tally.violations = { beganBeforeCommit: 100, beganTwice: 7, storedTwice: 0 };

    expect(judge(claiming({}, guarantee), tally, []).verdict).toBe("held");
  });
});

describe("a message that is in the log twice", () => {
  it.each([
    ["at-most-once", "broken"],
    ["at-least-once", "held"],
    ["effectively-once", "broken"],
  ] as const)("under %s: %s", (guarantee, verdict) => {
    const tally = aTally({ processed: 100 });
    tally.violations.storedTwice = 1;

    expect(judge(claiming({}, guarantee), tally, []).verdict).toBe(verdict);
  });
});

describe("a duplicate", () => {
  it("breaks the run, unless the scenario allows it", () => {
    expect(judged({}, { duplicated: 1, processed: 10 }).verdict).toBe("broken");
    expect(judged({ duplicated: count(undefined, 1) }, { duplicated: 1, processed: 10 }).verdict).toBe(
      "held",
    );
  });
});

describe("duplicates that a scenario declares, since its fault sets the group back", () => {
  const declared = { duplicated: count(5, 10) };
  function begunTwice(beganTwice: number, others: Partial<Tally["violations"]> = {}): Tally {
    const tally = aTally({ processed: 100 });
    tally.violations = { beganBeforeCommit: 0, beganTwice, storedTwice: 0, ...others };
    return tally;
  }

  it.each([
    [4, "inconclusive"],
    [5, "held"],
    [10, "held"],
    [11, "broken"],
  ])("are held against their bound by what was begun twice: %i of 5 to 10", (beganTwice, verdict) => {
    const judgement = judge(claiming(declared), begunTwice(beganTwice), []);

    expect(judgement.verdict).toBe(verdict);
    expect(judgement.expectations.map(({ name, observed }) => [name, observed])).toEqual([
      ["lost", 0],
      ["duplicated", beganTwice],
      ["unexplained", 0],
      ["violations", 0],
    ]);
  });

  it("excuse nothing else", () => {
    expect(judge(claiming(declared), begunTwice(7, { beganBeforeCommit: 1 }), []).verdict).toBe("broken");
    expect(judge(claiming(declared), begunTwice(7, { storedTwice: 1 }), []).verdict).toBe("broken");
  });

  it("are declared by a lower end alone", () => {
    const allowed = { duplicated: count(undefined, 10) };

    expect(judge(claiming(allowed), begunTwice(7), []).verdict).toBe("broken");
    expect(judge(claiming({ duplicated: count(0, 10) }), begunTwice(7), []).verdict).toBe("broken");
  });
});

describe("silent loss", () => {
  it("is every cause but the one that the application was told of", () => {
    const tally = aTally(Object.fromEntries(causes.map((cause) => [cause, 1])));

    expect(silentlyLost(tally)).toBe(causes.length - 1);
  });
});

type FateCounts = Partial<Tally["fates"]>;

function judged(expected: Partial<Expect>, counts: FateCounts, faults: FaultEvidence[] = []) {
  return judge(claiming(expected), aTally(counts), faults);
}

function judgedAfter(gaveUp: readonly string[], expected: Partial<Expect>, counts: FateCounts) {
  return judge(claiming(expected), aTally(counts), [], { gaveUp });
}

function claiming(
  expected: Partial<Expect>,
  guarantee: Guarantee = "at-most-once",
): { expect: Expect; guarantee: Guarantee } {
  return { expect: anExpect(expected), guarantee };
}

function anExpect(changes: Partial<Expect>): Expect {
  return {
    lost: count(undefined, undefined),
    silentlyLost: undefined,
    lostBy: {},
    duplicated: count(undefined, 0),
    indeterminate: undefined,
    unexplained: undefined,
    ...changes,
  };
}

function count(min: number | undefined, max: number | undefined): Bound {
  const limit = (value: number | undefined) =>
    value === undefined ? undefined : ({ kind: "count", value } as const);
  return { min: limit(min), max: limit(max) };
}

function aFault(changes: Partial<FaultEvidence>): FaultEvidence {
  return { on: "producer-link", kind: "timeout", touched: 1, inForce: null, healed: null, ...changes };
}

function aTally(counts: FateCounts): Tally {
  const all = { ...(Object.fromEntries(fates.map((fate) => [fate, 0])) as Tally["fates"]), ...counts };
  const planned = Object.values(all).reduce((sum, one) => sum + one, 0);
  return {
    planned,
    sent: planned - all.unsent,
    accepted: 0,
    rejected: 0,
    stored: 0,
    received: 0,
    fates: all,
    refusedBehind: 0,
    violations: { beganBeforeCommit: 0, beganTwice: 0, storedTwice: 0 },
    seconds: [],
  };
}

describe("a harness that gave up waiting", () => {
  const gaveUp = ["producer 0 was ended before everything had left its process"];

  it("leaves the verdict open, also where a bound on losses is exceeded", () => {
    const kept = judgedAfter(gaveUp, { lost: count(1, 100) }, { "in-transit": 10 });
    const exceeded = judgedAfter(gaveUp, { lost: count(1, 5) }, { "in-transit": 10 });

    expect(kept).toMatchObject({ verdict: "inconclusive", reasons: gaveUp });
    expect(exceeded.verdict).toBe("inconclusive");
  });

  it("excuses no duplicates", () => {
    expect(judgedAfter(gaveUp, { lost: count(0, 5) }, { duplicated: 1 }).verdict).toBe("broken");
  });
});

describe("what no fault explains", () => {
  const tally = aTally({ "in-transit": 10, processed: 90 });
  const unexplained = 3;

  it("breaks a scenario that says nothing of it, however much the machine did", () => {
    const judgement = judge(claiming({}), tally, [], { unexplained, disturbances: disturbedBy(1_000) });

    expect(judgement.verdict).toBe("broken");
    expect(judgement.reasons).toEqual(["unexplained: 3 is outside 0 to 0"]);
  });

  it("breaks nothing within the scenario's own bound, nor if the harness may have lost it", () => {
    expect(judge(claiming({ unexplained: count(undefined, 3) }), tally, [], { unexplained }).verdict).toBe(
      "held",
    );
    expect(judge(claiming({}), tally, [], { unexplained, gaveUp: ["a producer"] }).verdict).toBe(
      "inconclusive",
    );
  });
});

describe("a bound that the run itself gives", () => {
  const lost: Bound = { min: undefined, max: undefined, exposed: true };
  const cases: [exposed: { min: number; max: number } | null, lost: number, verdict: string][] = [
    [{ min: 8, max: 12 }, 8, "held"],
    [{ min: 8, max: 12 }, 12, "held"],
    [{ min: 8, max: 12 }, 13, "broken"],
    [{ min: 8, max: 12 }, 7, "broken"],
    [{ min: 0, max: 0 }, 0, "inconclusive"],
    [null, 10, "inconclusive"],
  ];
  it.each(cases)("of %o is held against %i lost: %s", (exposed, observed, verdict) => {
    const tally = aTally({ "in-transit": observed, processed: 90 });

    expect(judge(claiming({ lost }), tally, [], { exposed, disturbances: disturbedBy(50) }).verdict).toBe(
      verdict,
    );
  });
});

describe("a machine that did not do what the scenario asks for", () => {
  const lost = count(40, 50);
  const cases: [observed: number, explained: number, verdict: string][] = [
    [55, 4, "broken"],
    [55, 5, "inconclusive"],
    [35, 4, "broken"],
    [35, 5, "inconclusive"],
    [45, 5, "held"],
  ];
  it.each(cases)("leaves %i of 40 to 50 open if it explains %i: %s", (observed, explained, verdict) => {
    const tally = aTally({ "in-transit": observed, processed: 900 });
    const judgement = judge(claiming({ lost }), tally, [], { disturbances: disturbedBy(explained) });

    expect(judgement.verdict).toBe(verdict);
    expect(judgement.reasons.includes("the machine: it was late")).toBe(verdict === "inconclusive");
  });

  it("excuses nothing if none is allowed: no pace makes a loss of none", () => {
    const disturbances = disturbedBy(1_000);

    expect(
      judge(claiming({ lost: count(0, 0) }), aTally({ log: 1, processed: 9 }), [], { disturbances }).verdict,
    ).toBe("broken");
    expect(judge(claiming({}), aTally({ duplicated: 1 }), [], { disturbances }).verdict).toBe("broken");
  });

  it("excuses nothing that the guarantee forbids", () => {
    const tally = aTally({ processed: 100 });
    tally.violations.storedTwice = 1;

    expect(judge(claiming({}), tally, [], { disturbances: disturbedBy(1_000) }).verdict).toBe("broken");
  });

  it.each([
    ["leaves open a loss of messages that a lost session took", 3, {}, "inconclusive"],
    ["does not excuse one message more", 2, {}, "broken"],
    ["does not excuse a loss in another place", 3, { lostBy: { log: count(undefined, 0) } }, "broken"],
  ])("%s", (_, messages, claimed, verdict) => {
    const tally = aTally({ "after-commit": 3, log: "lostBy" in claimed ? 1 : 0, processed: 97 });
    const words = "consumers joined their group again";
    const disturbances = { list: [{ kind: "session-lost", ms: 0, messages, words } as const], doubts: [] };
    const expected = claiming({ lost: count(0, 0), ...claimed });

    expect(judge(expected, tally, [], { unexplained: 3, disturbances }).verdict).toBe(verdict);
  });

  it("leaves a run open that holds, if its load was not reached", () => {
    const doubts = ["the load was not reached"];
    const judgement = judge(claiming({ lost }), aTally({ "in-transit": 45, processed: 900 }), [], {
      disturbances: { list: [], doubts },
    });

    expect(judgement).toMatchObject({ verdict: "inconclusive", reasons: doubts, doubts });
  });
});

function disturbedBy(messages: number): Disturbances {
  return { list: [{ kind: "late-sending", ms: 100, messages, words: "it was late" }], doubts: [] };
}
