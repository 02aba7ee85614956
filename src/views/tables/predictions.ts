import { edgeMs } from "../../plan/predict/load.js";
import type { Interval } from "../../plan/predict/prediction.js";
import { causes } from "../../scenario/scenario.js";
import { cell, layRows, left, right, wrap } from "../layout/columns.js";
import { formatCount, formatMs } from "../layout/numbers.js";
import type { Page } from "../layout/page.js";
import { printable } from "../../base/printable.js";
import type { Result } from "../../results/result.js";

/** One predicted number, and the observed one. */
export interface PredictionRow extends Interval {
  name: string;
  observed: number;
  within: boolean;
}

/**
 * Returns the total loss, and the loss by each predicted or observed cause. Empty without a
 * prediction.
 */
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

/** Renders the prediction with the observed counts, or why there is no prediction. */
export function predictionSection(result: Result, { palette, width }: Page): string[] {
  const { prediction } = result;
  if (prediction.kind === "unpredicted") {
    return wrap(printable(`not predicted: ${prediction.why}`), width - 2).map(
      (line) => `  ${palette("faint", line)}`,
    );
  }
  const heads = ["predicted", "at least", "at most", "observed", ""].map((head) => cell(head, "faint"));
  const rows = predictionRows(result).map(({ name, min, max, observed, within }, index) => [
    cell(index === 0 ? name : `  ${name}`),
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

/** Explains a failed prediction if the producers were too far behind schedule for its formula. */
export function busyInWords(result: Result): string[] {
  const { max } = result.scheduleLagMs;
  if (max <= edgeMs || predictionRows(result).every(({ within }) => within)) return [];
  return [`the producers fell ${formatMs(max)} behind schedule; the formulas allow for ${edgeMs} ms`];
}
