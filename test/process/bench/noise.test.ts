import { spawnSync } from "node:child_process";
import { existsSync, mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { availableParallelism, tmpdir } from "node:os";
import { join } from "node:path";

import { afterAll, describe, expect, it } from "vitest";

import { makeMutant } from "../../../bench/mutant.js";
import { type Subject, blocksOf } from "../../../bench/noise-blocks.js";
import { defectNames, defects } from "../../../bench/noise-defects.js";
import { startLoad } from "../../../bench/noise-load.js";
import {
  type Measured,
  appendMeasured,
  digestOfSubject,
  isSameRun,
  readMeasured,
  shownBy,
  shownByError,
} from "../../../bench/noise-store.js";
import { currentOf, missedCriteria, renderNoise } from "../../../bench/noise-table.js";
import { withMarked } from "../../../bench/marked.js";
import { waitUntil } from "../../../src/base/wait.js";
import { readScenario } from "../../../src/library/scenario.js";
import { parseScenario } from "../../../src/scenario/file/read.js";
import { inRepository } from "../../support/paths.js";
import { aResult, noLoss } from "../../support/a-result.js";

const stored = inRepository("experiments", "noise", "measured.csv");

function aRun(given: Partial<Measured> = {}): Measured {
  return {
    source: "0123abcd",
    subject: "4567cdef",
    scenario: "baseline",
    level: "idle",
    defect: "none",
    seed: 1,
    atOnce: 1,
    outcome: "held",
    exitCode: 0,
    lost: 0,
    unexplained: 0,
    lagMaxMs: 12,
    seconds: 13.4,
    reasons: "",
    ...given,
  };
}

const times = (count: number, given: Partial<Measured>): Measured[] =>
  Array.from({ length: count }, (_, index) => aRun({ seed: index + 1, ...given }));

it("shows in docs/verdicts.md the tables of the stored runs", () => {
  const page = readFileSync(inRepository("docs", "verdicts.md"), "utf8");

  expect(squeezed(page)).toBe(
    squeezed(withMarked(page, "noise", renderNoise(currentOf(readMeasured(stored))))),
  );
});

/** The formatter lays tables out. */
function squeezed(page: string): string {
  return page.replaceAll(/ +/g, " ").replaceAll(/-{3,}/g, "---");
}

describe("a planted defect", () => {
  it.each(defectNames)("%s replaces text that the built worker has once", (name) => {
    using mutant = makeMutant(...defects[name].replacements);

    expect(existsSync(mutant.workerEntry)).toBe(true);
  });

  it.each(defectNames)("%s is looked for in scenarios that are shipped", (name) => {
    const { scenarios } = defects[name];

    expect(scenarios.length).toBeGreaterThan(0);
    expect(scenarios.filter((one) => !existsSync(inRepository("scenarios", `${one}.yaml`)))).toEqual([]);
  });
});

describe("the file of runs", () => {
  const scratch = mkdtempSync(join(tmpdir(), "lossbound-test-"));
  afterAll(() => rmSync(scratch, { recursive: true, force: true }));

  it("returns the runs that were appended, with every comma and quote", () => {
    const file = join(scratch, "folder", "measured.csv");
    const runs = [
      aRun(),
      aRun({ outcome: "inconclusive", reasons: `the topic "a,b" is unread, 3 messages` }),
      aRun({ defect: "gives-up", level: "crowded", unexplained: null, reasons: `"` }),
    ];

    expect(readMeasured(file)).toEqual([]);
    for (const run of runs) appendMeasured(file, run);

    expect(readMeasured(file)).toEqual(runs);
  });

  it.each([`0123abcd,45`, `0123abcd,4567cdef,baseline,idle,none,1,1,held,0,0,,12,13.4,"cut`])(
    "refuses a line that was cut off: %s",
    (line) => {
      const file = join(scratch, "cut.csv");
      rmSync(file, { force: true });
      appendMeasured(file, aRun());
      writeFileSync(file, `${readFileSync(file, "utf8")}${line}`);

      expect(() => readMeasured(file)).toThrow(/line 3 of .* was cut off/);
    },
  );

  it("holds the outcome, the loss and the reasons of a result, without the places of its files", () => {
    const broken = aResult({ verdict: "broken", reasons: ["lost: 4700 is outside", "b"] });

    expect(shownBy(broken)).toEqual({
      outcome: "broken",
      exitCode: 1,
      lost: 4010,
      unexplained: 0,
      lagMaxMs: 6,
      reasons: "lost: 4700 is outside; b",
    });
    expect(
      shownByError("contradicts itself;\n its files are in /tmp/a-b/c.d (http://127.0.0.1:80/a)"),
    ).toMatchObject({
      outcome: "error",
      exitCode: 3,
      reasons: "contradicts itself; its files are in <path> (http://127.0.0.1:80/a)",
    });
  });

  it("counts the losses that no fault explains by all causes together", () => {
    const result = aResult({ unexplained: noLoss({ "in-transit": 3, log: 4 }) });

    expect(shownBy(result).unexplained).toBe(7);
  });

  it("knows a run by source, scenario, bounds, defect, level and seed", async () => {
    const scenario = await readScenario(inRepository("scenarios", "baseline.yaml"));
    const text = readFileSync(inRepository("scenarios", "baseline.yaml"), "utf8");
    const looser = parseScenario(text.replace("lost: 0", "lost: { max: 5 }"), "baseline.yaml");
    const digest = digestOfSubject(scenario, undefined);

    expect(isSameRun(aRun(), aRun({ outcome: "broken", lost: 7 }))).toBe(true);
    for (const other of [{ source: "b" }, { subject: "b" }, { level: "busy" }, { seed: 2 }] as const) {
      expect(isSameRun(aRun(), aRun(other))).toBe(false);
    }
    expect(digestOfSubject({ ...scenario, claim: "Another." }, undefined)).toBe(digest);
    expect(digestOfSubject(looser, undefined)).not.toBe(digest);
    expect(digestOfSubject(scenario, defects["gives-up"])).not.toBe(digest);
  });
});

describe("the order of the runs", () => {
  const subjectOf = async (name: string): Promise<Subject> => {
    const file = `scenarios/${name}.yaml`;
    return { file, scenario: await readScenario(file), defect: "none", digest: name };
  };
  const subjects = Promise.all(
    ["baseline", "broker-kill-single", "stale-leader", "consumer-kill", "latency-only"].map(subjectOf),
  );
  const namesIn = (groups: Subject[][]): string[][] =>
    groups.map((group) => group.map(({ scenario }) => scenario.name));

  it("has each subject once at each level before any comes twice", async () => {
    const blocks = blocksOf(await subjects, ["idle", "crowded"], { runs: 2, atOnce: 1 }, () => false);

    expect(blocks.map(({ seed, level }) => `${seed} ${level}`)).toEqual([
      "1 idle",
      "1 crowded",
      "2 idle",
      "2 crowded",
    ]);
    for (const { lanes } of blocks) expect(lanes.flatMap(namesIn).flat()).toHaveLength(5);
  });

  it("puts subjects that need the same brokers together, and a broker's killer by itself", async () => {
    const [block] = blocksOf(await subjects, ["idle"], { runs: 1, atOnce: 1 }, () => false);

    expect(block!.lanes).toHaveLength(1);
    expect(namesIn(block!.lanes[0]!).toSorted()).toEqual([
      ["baseline", "consumer-kill", "latency-only"],
      ["broker-kill-single"],
      ["stale-leader"],
    ]);
  });

  it("is dealt out to lanes when several runs go on at once, and leaves no lane empty", async () => {
    const lanesAt = async (atOnce: number) => {
      const [block] = blocksOf(await subjects, ["idle"], { runs: 1, atOnce }, () => false);
      return block!.lanes.map((lane) => namesIn(lane).flat().length);
    };

    expect(await lanesAt(2)).toEqual([3, 2]);
    expect(await lanesAt(9)).toEqual([1, 1, 1, 1, 1]);
  });

  it("begins with another subject at each seed", async () => {
    const blocks = blocksOf(await subjects, ["idle"], { runs: 5, atOnce: 1 }, () => false);

    expect(new Set(blocks.map(({ lanes }) => namesIn(lanes[0]!)[0]![0])).size).toBe(5);
  });

  it("leaves out the runs that are done", async () => {
    const blocks = blocksOf(
      await subjects,
      ["idle"],
      { runs: 2, atOnce: 1 },
      ({ scenario }, _, seed) => seed === 1 || scenario.name === "baseline",
    );

    expect(blocks[0]!.lanes).toEqual([]);
    expect(blocks[1]!.lanes.flatMap(namesIn).flat().toSorted()).toEqual([
      "broker-kill-single",
      "consumer-kill",
      "latency-only",
      "stale-leader",
    ]);
  });
});

describe("the tables", () => {
  it("leave out the runs of another source, and those of a scenario that has changed", () => {
    const old = aRun({ source: "old" });
    const looser = aRun({ subject: "looser" });
    const planted = aRun({ defect: "gives-up", subject: "planted" });
    const current = [aRun(), planted, aRun({ seed: 2 })];

    expect(currentOf([old, looser, ...current])).toEqual(current);
    expect(currentOf([])).toEqual([]);
  });

  it("count the outcomes by scenario and level, and by defect and level", () => {
    const text = renderNoise([
      ...times(8, {}),
      ...times(2, { outcome: "inconclusive" }),
      ...times(1, { level: "busy", outcome: "broken" }),
      ...times(3, { scenario: "consumer-kill", level: "crowded", outcome: "error" }),
      ...times(99, { defect: "gives-up", outcome: "broken" }),
      ...times(1, { defect: "gives-up", level: "busy", scenario: "consumer-kill" }),
    ]);

    expect(text).toContain("114 runs of the source `0123abcd`");
    expect(text).toContain("| baseline | 8 held, 2 inconclusive | 1 broken | – |");
    expect(text).toContain("| consumer-kill | – | – | 3 error |");
    expect(text).toContain("| **all** | 8 of 10 held, 80.0 % | 0 of 1 held, 0.0 % | 0 of 3 held, 0.0 % |");
    expect(text).toContain("| `gives-up` | 2 scenarios | 99 broken | 1 held | – | 1.0 % |");
    expect(text).toContain("| `sends-twice` | – | – | – | – | – |");
  });

  it("say how many runs had others beside them", () => {
    expect(renderNoise([aRun()])).toContain("1 runs of the source `0123abcd`.");
    expect(renderNoise([aRun(), ...times(2, { atOnce: 2 })])).toContain(
      "3 runs of the source `0123abcd`, 2 of them with up to 2 at once.",
    );
  });

  it("say so when nothing was measured", () => {
    expect(renderNoise([])).toBe("Not measured yet.");
  });
});

describe("the criteria", () => {
  it("allow 2 % of the idle runs, 10 % of the busy ones and all crowded ones to be inconclusive", () => {
    const inconclusive = { outcome: "inconclusive" } as const;
    const good = [
      ...times(98, {}),
      ...times(2, inconclusive),
      ...times(9, { level: "busy" }),
      ...times(1, { level: "busy", ...inconclusive }),
      ...times(5, { level: "crowded", ...inconclusive }),
    ];

    expect(missedCriteria([])).toEqual([]);
    expect(missedCriteria(good)).toEqual([]);
    expect(missedCriteria([...good, ...times(1, inconclusive)])).toEqual([
      "idle: 97.0 % of the runs without a defect held, at least 98 % must",
    ]);
    expect(missedCriteria([...good, ...times(1, { level: "busy", ...inconclusive })])).toEqual([
      "busy: 81.8 % of the runs without a defect held, at least 90 % must",
    ]);
  });

  it.each(["broken", "error"] as const)("allow no run without a defect to be %s, at any level", (outcome) => {
    const runs = [...times(1000, { level: "busy" }), aRun({ level: "crowded", seed: 4, outcome })];

    expect(missedCriteria(runs)).toEqual([`baseline without a defect: ${outcome} (crowded, seed 4)`]);
  });

  it("allow 1 % of the conclusive runs with a defect to hold", () => {
    const planted = (count: number, outcome: Measured["outcome"]): Measured[] =>
      times(count, { defect: "gives-up", outcome });

    expect(missedCriteria([...planted(99, "broken"), ...planted(1, "held")])).toEqual([]);
    expect(
      missedCriteria([...planted(98, "broken"), ...planted(1, "held"), ...planted(50, "error")]),
    ).toEqual(["gives-up: 1.0 % of the conclusive runs held, at most 1 % may"]);
    expect(missedCriteria(planted(10, "inconclusive"))).toEqual([]);
  });
});

describe("a level of load", () => {
  it("is processes that are sessions of their own, and that end with it", async () => {
    const folder = mkdtempSync(join(tmpdir(), "lossbound-test-"));
    try {
      const load = await startLoad("crowded", folder);
      try {
        expect(load.pids).toHaveLength(4 * availableParallelism() + 1);
        await waitUntil("a file to be written", () => readdirSync(folder).length > 0, { limitMs: 30_000 });
        load.refuseEnded();
      } finally {
        await load[Symbol.asyncDispose]();
      }

      expect(load.pids.filter(isAlive)).toEqual([]);
      expect(readdirSync(folder)).toEqual([]);
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  });
});

describe("a busy process", () => {
  const exitOf = (parent: number, limitMs: number) =>
    spawnSync(
      process.execPath,
      [inRepository("bench", "noise-busy.mjs"), "core", `${parent}`, `${limitMs}`],
      {
        timeout: 30_000,
      },
    ).status;

  it("exits by itself when its limit is over", () => {
    expect(exitOf(process.pid, 50)).toBe(0);
  });

  it("exits by itself when another process is its parent", () => {
    expect(exitOf(process.ppid, 3_600_000)).toBe(0);
  });
});

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}
