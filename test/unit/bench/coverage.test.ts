import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { afterAll, describe, expect, it } from "vitest";

import {
  type Measured,
  appendMeasured,
  digestOf,
  measuredOf,
  readMeasured,
} from "../../../bench/coverage-store.js";
import { type Form, coverageOf, renderCoverage, withTable } from "../../../bench/coverage-table.js";
import { predictLoss } from "../../../src/plan/predict/predict.js";
import { type Interval, type Predicted, formulas, predicted } from "../../../src/plan/predict/prediction.js";
import { readScenario } from "../../../src/library/scenario.js";
import { aResult, noLoss } from "../../support/a-result.js";
import { inRepository } from "../../support/paths.js";

const folder = "experiments/prediction";
const stored = inRepository(folder, "measured.csv");

async function formOf(formula: string): Promise<Form> {
  const file = `${folder}/${formula}.yaml`;
  const scenario = await readScenario(inRepository(file));
  return { file, digest: digestOf(scenario), prediction: predictLoss(scenario) as Predicted };
}

describe.each(formulas)("the short form of %s", (formula) => {
  it("is predicted by it, sends for five seconds at most, and is held against what is predicted", async () => {
    const scenario = await readScenario(inRepository(folder, `${formula}.yaml`));
    const { producers, brokers, expect: claims, claim } = scenario;

    expect(predictLoss(scenario)).toMatchObject({ kind: "predicted", formula });
    expect(producers.messages / producers.rate).toBeLessThanOrEqual(5);
    // All of them share one environment.
    expect(brokers).toEqual({ count: 1, config: {} });
    expect(claims.lost.predicted).toBe(true);
    expect(claim).toMatch(/^[A-Z].+\.$/);
  });
});

it("shows in docs/prediction.md what the stored runs give", async () => {
  const measured = readMeasured(stored);
  const rows = (await Promise.all(formulas.map(formOf))).map((form) => coverageOf(form, measured));
  const page = readFileSync(inRepository("docs", "prediction.md"), "utf8");

  expect(squeezed(page)).toBe(squeezed(withTable(page, renderCoverage(rows))));
});

/** The formatter lays tables out. */
function squeezed(page: string): string {
  return page.replaceAll(/ +/g, " ").replaceAll(/-{3,}/g, "---");
}

describe("the coverage of a formula", () => {
  const form = (lost: Interval, resolution: number): Form => ({
    file: "a.yaml",
    digest: "0123abcd",
    prediction: predicted({
      formula: "black-hole",
      words: "",
      inputs: {},
      lost,
      lostBy: { "in-transit": lost },
      resolution,
    }),
  });
  const runs = (lost: readonly number[], changes: Partial<Measured> = {}): Measured[] =>
    lost.map((one, place) => ({
      formula: "black-hole",
      form: "0123abcd",
      seed: place + 1,
      predictedMin: 10,
      predictedMax: 20,
      verdict: "held",
      lost: one,
      lagMaxMs: 1,
      lostBy: noLoss({ "in-transit": one }),
      ...changes,
    }));
  const hundred = (outside: number): number[] =>
    Array.from({ length: 100 }, (_, place) => (place < outside ? 21 : 10 + (place % 11)));

  it("is enough with 95 of 100 runs within an interval", () => {
    const five = coverageOf(form({ min: 10, max: 20 }, 10), runs(hundred(5)));

    expect(five).toMatchObject({ runs: 100, held: 95, heldByCause: 95, p1: 10, p99: 21, good: true });
    expect(coverageOf(form({ min: 10, max: 20 }, 10), runs(hundred(6)))).toMatchObject({
      held: 94,
      good: false,
    });
  });

  it("is enough for an exact number with all runs alone", () => {
    const exact = form({ min: 7, max: 7 }, 0);
    const sevens = Array.from({ length: 100 }, () => 7);
    const own = { predictedMin: 7, predictedMax: 7 };

    expect(coverageOf(exact, runs(sevens, own)).good).toBe(true);
    expect(coverageOf(exact, runs([...sevens.slice(1), 8], own)).good).toBe(false);
  });

  it("is none for an interval that is wider than three times what was observed, and than its resolution", () => {
    const narrow = Array.from({ length: 100 }, (_, place) => 15 + (place % 3));

    expect(coverageOf(form({ min: 10, max: 20 }, 4), runs(narrow))).toMatchObject({
      allowedWidth: 6,
      good: false,
    });
    expect(coverageOf(form({ min: 10, max: 20 }, 10), runs(narrow))).toMatchObject({
      allowedWidth: 10,
      good: true,
    });
  });

  it("counts a run in which another cause took some, and one without a verdict, as not held", () => {
    const wide = form({ min: 10, max: 20 }, 10);
    const others = runs(hundred(0), { lostBy: noLoss({ refused: 15 }) });

    expect(coverageOf(wide, others)).toMatchObject({ held: 100, heldByCause: 0, good: false });
    for (const verdict of ["none", "inconclusive"]) {
      expect(coverageOf(wide, runs(hundred(0), { verdict }))).toMatchObject({
        untold: 100,
        held: 0,
        good: false,
      });
    }
  });

  it("does not count runs of another form, or of another prediction", () => {
    const wide = form({ min: 10, max: 20 }, 10);

    expect(coverageOf(wide, runs(hundred(0), { form: "ffffffff" })).runs).toBe(0);
    expect(coverageOf(wide, runs(hundred(0), { predictedMax: 40 })).runs).toBe(0);
    expect(coverageOf(wide, [])).toMatchObject({ runs: 0, good: false });
  });
});

describe("a file of runs", () => {
  const scratch = mkdtempSync(join(tmpdir(), "lossbound-test-"));
  afterAll(() => rmSync(scratch, { recursive: true, force: true }));

  it("gives back what was written, those without a result among them", async () => {
    const file = join(scratch, "measured.csv");
    const scenario = await readScenario(`${folder}/black-hole.yaml`);
    const prediction = predictLoss(scenario) as Predicted;
    const rows = [
      measuredOf(scenario, 1, prediction, aResult()),
      measuredOf(scenario, 2, prediction, undefined),
    ];

    expect(readMeasured(file)).toEqual([]);
    for (const row of rows) appendMeasured(file, row);

    expect(readMeasured(file)).toEqual(rows);
    expect(rows[1]).toMatchObject({ verdict: "none", lost: 0 });
  });

  it("is refused where a line was cut off", () => {
    const file = join(scratch, "cut.csv");
    writeFileSync(file, `${readFileSync(join(scratch, "measured.csv"), "utf8")}black-hole,12`);

    expect(() => readMeasured(file)).toThrow(/line 4 of .* was cut off/);
  });
});
