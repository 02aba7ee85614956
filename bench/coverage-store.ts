import { createHash } from "node:crypto";
import { appendFileSync, existsSync, readFileSync, writeFileSync } from "node:fs";

import type { Predicted } from "../src/plan/predict/prediction.js";
import type { Result } from "../src/results/result.js";
import { type Cause, type Scenario, causes } from "../src/scenario/scenario.js";

/** One run of a short form: what was predicted before it, and what it lost. */
export interface Measured {
  formula: string;
  /** Of the short form, as it was then. */
  form: string;
  seed: number;
  predictedMin: number;
  predictedMax: number;
  /** `none`: there was no result. */
  verdict: string;
  lost: number;
  /** How far behind its schedule the sender fell at most, in milliseconds: how busy the machine was. */
  lagMaxMs: number;
  lostBy: Record<Cause, number>;
}

const columns = [
  "formula",
  "form",
  "seed",
  "predictedMin",
  "predictedMax",
  "verdict",
  "lost",
  "lagMaxMs",
  ...causes,
] as const;

/** Tells a short form from any other that would be run differently. What it claims is no part of it. */
export function digestOf(scenario: Scenario): string {
  const { claim: _, expect: __, expectUnder: ___, ...run } = scenario;
  return createHash("sha256").update(JSON.stringify(run)).digest("hex").slice(0, 8);
}

/** A run that ended with a result, or (`undefined`) with none. */
export function measuredOf(
  scenario: Scenario,
  seed: number,
  { formula, lost }: Predicted,
  result: Result | undefined,
): Measured {
  return {
    formula,
    form: digestOf(scenario),
    seed,
    predictedMin: lost.min,
    predictedMax: lost.max,
    verdict: result?.verdict ?? "none",
    lost: result?.messages.lost ?? 0,
    lagMaxMs: Math.round(result?.scheduleLagMs.max ?? 0),
    lostBy:
      result?.lostBy ?? (Object.fromEntries(causes.map((cause) => [cause, 0])) as Record<Cause, number>),
  };
}

/** Runs that were written down, in their order; none where there is no such file. */
export function readMeasured(file: string): Measured[] {
  if (!existsSync(file)) return [];
  const [head, ...lines] = readFileSync(file, "utf8").trimEnd().split("\n");
  if (head !== columns.join(",")) throw new Error(`${file} has other columns than ${columns.join(",")}`);
  return lines.map((line, place) => {
    const cells = line.split(",");
    if (cells.length !== columns.length)
      throw new Error(`line ${place + 2} of ${file} was cut off: delete it`);
    const [formula = "", form = "", seed, predictedMin, predictedMax, verdict = "", lost, lagMaxMs, ...by] =
      cells;
    return {
      formula,
      form,
      seed: Number(seed),
      predictedMin: Number(predictedMin),
      predictedMax: Number(predictedMax),
      verdict,
      lost: Number(lost),
      lagMaxMs: Number(lagMaxMs),
      lostBy: Object.fromEntries(causes.map((cause, cell) => [cause, Number(by[cell])])) as Record<
        Cause,
        number
      >,
    };
  });
}

/** Writes one run down behind all others, whole, before the next begins. */
export function appendMeasured(file: string, measured: Measured): void {
  if (!existsSync(file)) writeFileSync(file, `${columns.join(",")}\n`);
  const { lostBy, ...others } = measured;
  const cells: Record<string, string | number> = { ...others, ...lostBy };
  appendFileSync(file, `${columns.map((column) => cells[column]).join(",")}\n`);
}
