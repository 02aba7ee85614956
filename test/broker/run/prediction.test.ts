import { readFileSync } from "node:fs";

import { afterAll, beforeAll, describe, expect, it } from "vitest";

import { renderResult } from "../../../src/views/terminal/result.js";
import { palette } from "../../../src/views/layout/colors.js";
import { readScenario } from "../../../src/library/scenario.js";
import { aFolder } from "../../support/a-folder.js";
import { runOne } from "../../../src/library/run-one.js";
import { inRepository } from "../../support/paths.js";
import { type Laboratory, openLaboratory } from "../../support/laboratory.js";

/** An exact prediction does not depend on how busy the machine is. */
describe("a predicted bound", () => {
  let lab: Laboratory;
  beforeAll(async () => {
    lab = await openLaboratory();
  });
  afterAll(() => lab[Symbol.asyncDispose]());

  it.each([
    ["no-loss", 0],
    ["exact-place", 7],
  ])("holds exactly for %s, and the run shows prediction and result", async (name, lost) => {
    const shipped = readFileSync(inRepository("experiments", "prediction", `${name}.yaml`), "utf8");
    using folder = aFolder({
      [`${name}.yaml`]: shipped.replace("size: 200B }", "size: 200B, overload: true }"),
    });
    const scenario = await readScenario(folder.file(`${name}.yaml`));
    expect(scenario.producers.overload).toBe(true);
    const result = await runOne(lab.environment, {
      scenario,
      seed: 1,
      out: lab.out,
      observer: { line: () => {}, live: () => {} },
      signal: new AbortController().signal,
      repeatWith: "",
    });

    expect(result.prediction).toMatchObject({ formula: name, lost: { min: lost, max: lost } });
    expect(result.messages.lost).toBe(lost);
    expect(result.expectations[0]).toEqual({
      name: "lost",
      min: lost,
      max: lost,
      observed: lost,
      verdict: "held",
    });
    expect(result.verdict, result.reasons.join("; ")).toBe("held");
    expect(renderResult(result, "", { palette: palette(false), width: 100 })).toMatch(
      new RegExp(`lost +${lost} +${lost} +${lost} +as predicted\\n`),
    );
  });
});
