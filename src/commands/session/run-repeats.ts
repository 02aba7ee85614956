import { join } from "node:path";

import { commandsOf, foldTrials, repeatScenarios, trialsAsked } from "../../library/repeat.js";
import type { Repeat } from "../../results/repeat.js";
import { renderRepeat, renderTrial } from "../../views/terminal/repeat.js";
import type { Result } from "../../results/result.js";
import { renderResult } from "../../views/terminal/result.js";
import type { Scenario } from "../../scenario/scenario.js";
import type { Baseline } from "./baseline.js";
import type { RepeatSettings } from "../line/repeat-settings.js";
import { type Reporting, runAndReport, type Runner, type Views } from "./run-and-report.js";
import type { Shell } from "../line/shell.js";

/**
 * Runs scenarios with repeated trials: prints a line per trial, and at the end one verdict for all.
 */
export async function runRepeats(
  files: readonly string[],
  scenarios: readonly Scenario[],
  repeating: RepeatSettings,
  { baseline, ...reporting }: Omit<Reporting, "views"> & { baseline: Baseline | undefined },
  shell: Shell,
): Promise<number> {
  const { settings } = reporting;
  const { out, seed } = settings;
  const fileFor = (name: string) => files[scenarios.findIndex((scenario) => scenario.name === name)]!;
  const alone = (results: readonly Result[]): (Result | Repeat)[] =>
    foldTrials(scenarios, results, { ...repeating, seed }, (name) =>
      commandsOf(fileFor(name), { ...settings, ...repeating }),
    );
  const found = (results: readonly Result[]): (Result | Repeat)[] =>
    baseline?.judge(alone(results)) ?? alone(results);
  const planned = ({ trial }: Result): number =>
    trialsAsked(
      scenarios.find(({ name }) => name === trial?.of)!,
      repeating,
    );
  const views: Views = {
    one: (result, page) =>
      result.trial === null
        ? `${renderResult(result, join(out, result.scenario), page)}\n`
        : renderTrial(result, page, planned(result)),
    all: (results, page) =>
      found(results)
        .filter((each) => each.schema === "lossbound.repeat/1")
        .map((repeat) => `\n${renderRepeat(repeat, out, page)}`)
        .join("") + (baseline?.render(alone(results), page) ?? ""),
    json: found,
  };
  const runner: Runner = async (given, options) => {
    await repeatScenarios(given, { ...options, ...repeating });
    return [];
  };
  const fold = (results: readonly Result[]): Result[] =>
    found(results).map((each) => (each.schema === "lossbound.result/1" ? each : asOneResult(each, results)));
  return await runAndReport(runner, files, { ...reporting, views, fold }, shell);
}

/** Turns trials into one result for the gate: the last trial, with the verdict of all of them. */
function asOneResult(repeat: Repeat, results: readonly Result[]): Result {
  const { scenario, claim, verdict, reasons, bounds, repeatWith } = repeat;
  const last = results.findLast(({ trial }) => trial?.of === scenario)!;
  const expectations = bounds.map(({ name, min, max, worst, verdict: one }) => ({
    name,
    min,
    max,
    observed: worst?.observed ?? 0,
    verdict: one,
  }));
  return { ...last, scenario, claim, verdict, reasons: [...reasons], expectations, repeatWith };
}
