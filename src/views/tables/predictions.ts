import { edgeMs } from "../../plan/predict/load.js";
import type { Interval } from "../../plan/predict/prediction.js";
import { causes } from "../../scenario/scenario.js";
import { cell, layRows, left, right, wrap } from "../layout/columns.js";
import { formatCount, formatMs } from "../layout/numbers.js";
import type { Page } from "../layout/page.js";
import { printable } from "../../base/printable.js";
import type { Result } from "../../results/result.js";

/** One number that was predicted, beside what was observed. */
export interface PredictionRow extends Interval {
  name: string;
  observed: number;
  within: boolean;
}

/** The loss in all, and by each cause that was predicted or observed. None where nothing was predicted. */
export function predictionRows({ prediction, messages, lostBy }: Result): PredictionRow[] {
  if (prediction.kind === "unpredicted") return [];
  const rowOf = (name: string, { min, max }: Interval, observed: number): PredictionRow => ({
    name,
    min,
    max,
    observed,
    within: observed >= min && observed <= max,
  });
  return [
    rowOf("lost", prediction.lost, messages.lost),
    ...causes
      .filter((cause) => prediction.lostBy[cause].max > 0 || lostBy[cause] > 0)
      .map((cause) => rowOf(cause, prediction.lostBy[cause], lostBy[cause])),
  ];
}

/** What the plan predicted, beside what was observed; or why it predicted nothing. */
export function predictionSection(result: Result, { palette, width }: Page): string[] {
  const { prediction } = result;
  if (prediction.kind === "unpredicted") {
    return wrap(printable(`not predicted: ${prediction.why}`), width - 2).map(
      (line) => `  ${palette("faint", line)}`,
    );
  }
  const heads = ["predicted", "at least", "at most", "observed", ""].map((head) => cell(head, "faint"));
  const rows = predictionRows(result).map(({ name, min, max, observed, within }, place) => [
    cell(place === 0 ? name : `  ${name}`),
    cell(formatCount(min), "faint"),
    cell(formatCount(max), "faint"),
    cell(formatCount(observed), "strong"),
    cell(within ? "as predicted" : "not as predicted", within ? "faint" : "strong"),
  ]);
  return [
    ...layRows([left, right, right, right, left], [heads, ...rows], palette),
    ...busyInWords(result).map((words) => `  ${palette("faint", words)}`),
  ];
}

/** Why a prediction may have failed that is made of times: nobody kept them. */
export function busyInWords(result: Result): string[] {
  const { max } = result.scheduleLagMs;
  if (max <= edgeMs || predictionRows(result).every(({ within }) => within)) return [];
  return [`the sender fell ${formatMs(max)} behind its schedule, and the formulas allow for ${edgeMs} ms`];
}
