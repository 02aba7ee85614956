import { describe, expect, it } from "vitest";

import { inRepository } from "../../support/paths.js";
import "../../../src/vitest.js";
import { defineScenario } from "../../../src/scenario/file/define.js";
import { aResult, noLoss } from "../../support/a-result.js";

const { messages } = aResult();

/** Matchers as a part of another value; vitest's types know those without `not` alone. */
const refuted = expect.not as unknown as typeof expect;

/** Lost 4,010 of 20,000 in transit; in doubt where the fault touched nothing. */
const lossy = aResult();
const doubtful = aResult({ doubts: ["the fault timeout on producer-link touched nothing live"] });
const lossless = aResult({
  messages: { ...messages, lost: 0, stored: 20_000, received: 20_000, processed: 20_000 },
  lostBy: noLoss(),
  silentlyLost: 0,
  lossRatio: 0,
  timeline: [],
});

describe("toLoseBetween", () => {
  it.each([
    [4_010, 4_010],
    [0, 4_010],
    [4_010, 20_000],
    ["20%", "20.05%"],
    ["20.05%", 5_000],
  ] as const)("holds from %s to %s, both included", (min, max) => {
    void expect(lossy).toLoseBetween(min, max);
    expect(() => expect(lossy).not.toLoseBetween(min, max)).toThrow("the test expects anything but");
  });

  it.each([
    [4_011, 5_000],
    [0, 4_009],
    ["21%", "100%"],
    ["0%", "20.04%"],
  ] as const)("does not from %s to %s, and its opposite does", (min, max) => {
    expect(() => expect(lossy).toLoseBetween(min, max)).toThrow("4,010 messages were lost; the test expects");
    void expect(lossy).not.toLoseBetween(min, max);
  });

  it("proves nothing where the machine may have moved the number beyond an end", () => {
    const words = "messages were sent up to 200 ms late";
    const late = { kind: "late-sending", ms: 200, messages: 400, words } as const;
    const disturbed = aResult({ disturbances: [late] });
    for (const [min, max] of [
      [0, 3_610],
      [4_410, 20_000],
    ] as const) {
      const why = `the machine: ${words}`;
      expect(() => expect(disturbed).toLoseBetween(min, max)).toThrow(why);
      expect(() => expect(disturbed).not.toLoseBetween(min, max)).toThrow(why);
    }

    // By one message more than it can have, and where "none" is claimed.
    void expect(disturbed).not.toLoseBetween(0, 3_609);
    void expect(disturbed).not.toLoseBetween(4_411, 20_000);
    void expect(disturbed).not.toLoseBetween(0, 0);
  });

  it("counts one cause alone", () => {
    const both = aResult({ lostBy: noLoss({ "in-transit": 4_000, rejected: 10 }) });
    void expect(both).toLoseBetween(10, 10, { by: "rejected" });
    void expect(both).not.toLoseBetween(11, 20, { by: "rejected" });
    void expect(both).toLoseNothing({ by: "refused" });
    // Another cause's loss shows that the run did lose.
    expect(() => expect(both).toLoseBetween(1, 9, { by: "log" })).toThrow(
      "0 messages were lost by log; the test expects 1 to 9",
    );
  });

  it.each([
    [undefined as unknown as number, 5, "nothing is no bound"],
    [5, undefined as unknown as number, "nothing is no bound"],
    [-1, 5, "-1 is no bound"],
    [0.5, 5, "0.5 is no bound"],
    [Number.NaN, 5, "null is no bound"],
    ["2" as "2%", 5, '"2" is no bound'],
    ["101%", "102%", '"101%" is no bound'],
    [10, 5, "of 20000 sent messages no number is from 10 to 5"],
  ] as const)("refuses from %s to %s, in both directions", (min, max, why) => {
    expect(() => expect(lossy).toLoseBetween(min, max)).toThrow(why);
    expect(() => expect(lossy).not.toLoseBetween(min, max)).toThrow(why);
  });

  it("refuses a cause and an option that there are not", () => {
    const misspelt = { by: "in-transti" as "in-transit" };
    expect(() => expect(lossy).toLoseBetween(0, 1, misspelt)).toThrow("no cause is called");
    const unknown = { cause: "in-transit" } as object;
    expect(() => expect(lossy).toLoseBetween(0, 1, unknown)).toThrow("cause: found an unknown option");
    expect(() => expect(lossy).not.toNeverDuplicate({ by: "log" } as object)).toThrow("an unknown option");
  });
});

describe("toLoseNothing", () => {
  it("holds where nothing was lost, and its opposite where something was", () => {
    void expect(lossless).toLoseNothing();
    void expect(lossy).not.toLoseNothing();
    expect(() => expect(lossless).not.toLoseNothing()).toThrow("the test expects anything but 0");
    expect(() => expect(lossy).toLoseNothing()).toThrow("4,010 messages were lost; the test expects 0");
  });
});

describe("toNeverDuplicate", () => {
  const none = { beganBeforeCommit: 0, beganTwice: 0, storedTwice: 0 };

  it("holds where everything was processed at most once", () => {
    void expect(lossy).toNeverDuplicate();
    expect(() => expect(lossy).not.toNeverDuplicate()).toThrow("0 messages were processed, begun or stored");
  });

  it.each([
    [
      "processed twice",
      { messages: { ...messages, duplicated: 3 }, violations: { ...none, beganTwice: 3 } },
      3,
    ],
    ["begun twice", { violations: { ...none, beganTwice: 2 } }, 2],
    ["stored twice", { violations: { ...none, storedTwice: 1 } }, 1],
  ])("does not where one was %s", (_, change, count) => {
    const twice = aResult(change);
    expect(() => expect(twice).toNeverDuplicate()).toThrow(
      new RegExp(`: ${count} messages? (was|were) processed`),
    );
    expect(() => expect(twice).toNeverDuplicate()).toThrow("processed more than once");
    void expect(twice).not.toNeverDuplicate();
  });

  it("lets effectively-once begin again, which has no effect", () => {
    const begun = { guarantee: "effectively-once", violations: { ...none, beganTwice: 9 } } as const;
    void expect(aResult(begun)).toNeverDuplicate();
    expect(() => expect(aResult({ ...begun, guarantee: "at-least-once" })).toNeverDuplicate()).toThrow(
      "9 messages",
    );
  });
});

describe("a run that proves nothing", () => {
  it("fails in both directions, and says why", () => {
    const why = /inconclusive: [\s\S]*timeout on producer-link touched nothing live/;
    expect(() => expect(doubtful).toLoseBetween(0, 20_000)).toThrow(why);
    expect(() => expect(doubtful).not.toLoseBetween(0, 20_000)).toThrow(why);
    expect(() => expect(doubtful).toLoseNothing()).toThrow(why);
    expect(() => expect(doubtful).not.toLoseNothing()).toThrow(why);
    expect(() => expect(doubtful).toNeverDuplicate()).toThrow(why);
    expect(() => expect(doubtful).not.toNeverDuplicate()).toThrow(why);
  });

  it("is one that was to lose and lost nothing", () => {
    const why = "the run did not show what it was to show";
    expect(() => expect(lossless).toLoseBetween(1, 10)).toThrow(why);
    expect(() => expect(lossless).not.toLoseBetween(1, 10)).toThrow(why);
  });

  it("is one whose indeterminate messages would decide", () => {
    const open = aResult({ messages: { ...messages, processed: 15_985, indeterminate: 5 } });
    void expect(open).toLoseBetween(4_000, 4_015);
    void expect(open).not.toLoseBetween(4_016, 5_000);
    void expect(open).not.toLoseBetween(0, 4_009);
    for (const [min, max] of [
      [4_000, 4_014],
      [4_011, 5_000],
      [4_015, 5_000],
    ] as const) {
      expect(() => expect(open).toLoseBetween(min, max)).toThrow("5 more may have been lost");
      expect(() => expect(open).not.toLoseBetween(min, max)).toThrow("5 more may have been lost");
    }
  });

  it("passes as a part of another value in neither direction", () => {
    expect(() => expect({ run: doubtful }).toEqual({ run: expect.toLoseNothing() })).toThrow(
      "to deeply equal",
    );
    expect(() => expect({ run: doubtful }).toEqual({ run: refuted.toLoseNothing() })).toThrow(
      "to deeply equal",
    );
    expect({ run: lossy }).toEqual({ run: refuted.toLoseNothing() });
    const file = "scenarios/baseline.yaml";
    expect(() => expect({ run: file }).toEqual({ run: refuted.toLoseNothing() })).toThrow(
      "run by expect(scenario) alone",
    );
  });
});

describe("what a failure says", () => {
  it.each([
    ["what was lost", "lost 4,010 (20.05 %), 4,010 of them silently"],
    ["where", "in-transit 4,010: accepted by the client, but never in the log"],
    ["by which fault", "fault timeout on producer-link from 3.002 s to 5.004 s, touched 1"],
    ["the seed", "seed   7"],
    ["how to rerun it", "rerun  lossbound run --seed 7 scenarios/producer-blackhole.yaml"],
  ])("%s", (_, words) => {
    expect(messageOf(() => expect(lossy).toLoseNothing())).toContain(words);
  });

  it("says when they were sent", () => {
    const empty = { sent: 2_000, processed: 2_000, lostBy: noLoss() };
    const hit = { ...empty, lostBy: noLoss({ "in-transit": 2_005 }) };
    const timeline = [empty, empty, empty, hit, hit, empty].map((one, second) => ({ second, ...one }));
    expect(messageOf(() => expect(aResult({ timeline })).toLoseNothing())).toContain("sent from 3 s to 5 s");
  });

  it("obeys nothing that a scenario is called", () => {
    const named = aResult({ scenario: "\u001b[2Jgone" });
    expect(messageOf(() => expect(named).toLoseNothing())).not.toContain("\u001b");
  });
});

describe("before anything runs", () => {
  it.each([5, null, undefined, {}, [], { ...lossy, doubts: undefined, runId: undefined, name: "x" }])(
    "what is neither a scenario nor a result is refused: %j",
    (received) => {
      if (received !== null && typeof received === "object" && "runId" in received) delete received.runId;
      expect(() => expect(received).toLoseNothing()).toThrow("neither a path of a scenario file");
      expect(() => expect(received).not.toLoseNothing()).toThrow("neither a path of a scenario file");
    },
  );

  it("a file that is none, and a wrong seed, fail in both directions", async () => {
    await expect(expect("no-such.yaml").not.toLoseNothing()).rejects.toThrow("no such file");
    const scenario = defineScenario({
      name: "never-run",
      guarantee: "at-most-once",
      producers: { rate: "100/s", messages: 100 },
      expect: { lost: 0 },
    });
    await expect(expect(scenario).not.toLoseNothing({ seed: -1 })).rejects.toThrow("the seed is -1");
  });

  it("a test that is over ends it", async () => {
    const over = AbortSignal.abort(new Error("the test is over"));
    const file = inRepository("scenarios", "baseline.yaml");
    await expect(expect(file).toLoseNothing({ signal: over })).rejects.toThrow("the test is over");
  });
});

function messageOf(act: () => unknown): string {
  try {
    act();
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
  throw new Error("it passed");
}
