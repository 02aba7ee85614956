import { describe, expect, it } from "vitest";

import { curveOf } from "../../../src/results/curve.js";
import { curveAsCsv } from "../../../src/store/curve-csv.js";
import { renderCurve } from "../../../src/views/terminal/curve.js";
import type { Result } from "../../../src/results/result.js";
import { aScenario } from "../../support/a-scenario.js";
import { aResult } from "../../support/a-result.js";

const aStep = (value: number, lossRatio: number, given: Partial<Result> = {}): Result =>
  aResult({
    step: { sweep: "swept", of: "rate", value, repeat: 1 },
    lossRatio,
    throughput: { sentPerSecond: value - 1, processedPerSecond: value / 2 },
    repeatWith: "lossbound sweep swept.yaml --seed 7",
    ...given,
  });
const sweep = { of: "rate", values: [500, 2000, 4000, 8000] } as const;
const results = [
  aStep(500, 0.1),
  aStep(2000, 0.2),
  aStep(500, 0.3),
  aStep(2000, 0.9, { verdict: "inconclusive" }),
  aStep(4000, 0.5, { verdict: "broken" }),
  aStep(8000, 0.6, { verdict: "inconclusive" }),
];
const curve = curveOf({ ...aScenario({}), name: "swept" }, sweep, { seed: 7, repeats: 2 }, results);

describe("a curve", () => {
  it("has the mean and the range of the runs at each value", () => {
    expect(curve.points.map(({ value, lossRatio }) => [value, lossRatio])).toEqual([
      [500, { mean: 0.2, min: 0.1, max: 0.3 }],
      [2000, { mean: 0.2, min: 0.2, max: 0.2 }],
      [4000, { mean: 0.5, min: 0.5, max: 0.5 }],
      [8000, null],
    ]);
    expect(curve.points[0]!.sentPerSecond).toEqual({ mean: 499, min: 499, max: 499 });
    expect(curve.repeatWith).toBe("lossbound sweep swept.yaml --seed 7");
  });

  it("counts what is not inconclusive, and shows all of them", () => {
    expect(curve.points.map(({ runs }) => runs.map(({ verdict }) => verdict))).toEqual([
      ["held", "held"],
      ["held", "inconclusive"],
      ["broken"],
      ["inconclusive"],
    ]);
  });

  it("shares the lost messages out to the faults that fell", () => {
    const fault = aResult().faults[0]!;
    const faults = [fault, { ...fault, touched: 0 }, fault];
    const [twice, none] = [aStep(500, 0.1, { faults }), aStep(2000, 0.1, { faults: [] })];
    const { points } = curveOf(aScenario({}), sweep, { seed: 7, repeats: 1 }, [twice, none]);

    expect(points[0]!.lostPerFault?.mean).toBe(twice.messages.lost / 2);
    expect(points[1]!.lostPerFault).toBeNull();
  });

  it("is a CSV with a line a value, and nothing where nothing is known", () => {
    const [heads, first, , , last, end] = curveAsCsv(curve).split("\n");

    expect(heads).toMatch(
      /^rate,runs,runs_counted,loss_ratio_mean,loss_ratio_min,loss_ratio_max,lost_per_fault/,
    );
    expect(first).toMatch(/^500,2,2,0\.2,0\.1,0\.3,/);
    expect(last).toBe(`8000,1,0${",".repeat(12)}`);
    expect(end).toBe("");
  });

  it("is a table for people", () => {
    const text = renderCurve(curve, "out", { width: 100, palette: (_, words) => words });

    expect(text).toContain("20.00 % (10.00 % to 30.00 %)");
    expect(text).toMatch(/2,000\/s .* 1 of 2\n/);
    expect(text).toContain("out/swept.sweep.csv");
  });

  it("has its claim in lines that fit", () => {
    const claim = "a claim of many words ".repeat(6).trim();
    const text = renderCurve({ ...curve, claim }, "out", { width: 40, palette: (_, words) => words });

    const lines = text.split("\n").slice(1, 5);
    expect(lines.map((line) => line.trim()).join(" ")).toBe(claim);
    for (const line of lines) expect(line.length).toBeLessThanOrEqual(40);
  });
});
