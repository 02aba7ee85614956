import { type Cell, cell, layRows, left, right, wrap } from "../layout/columns.js";
import type { Explanation, Step } from "../../results/explanation.js";
import { formatMoment } from "../layout/numbers.js";
import type { Page } from "../layout/page.js";
import { printable } from "../../base/printable.js";
import { causeInWords } from "../words/verdicts.js";

/** Renders what happened to one message: its fate first, then what each witness recorded of it. */
export function renderExplanation(explanation: Explanation, { palette, width }: Page): string {
  const { scenario, message, fate, cause, decidedBy, takenBy, steps } = explanation;
  const tone = fate === "processed" ? "good" : fate === "lost" || fate === "duplicated" ? "bad" : "doubtful";
  const ending = cause === null ? "" : ` by ${cause}: ${causeInWords(cause)}`;
  return [
    `${palette("strong", printable(`${scenario} ${message}`))}  ${palette(tone, fate)}${ending}`,
    ...wrap(`decided by ${decidedBy}`, width - 2).map((line) => `  ${palette("faint", line)}`),
    ...(cause === null ? [] : [`  ${takenInWords(takenBy)}`]),
    "",
    ...layRows([right, left, left], steps.map(rowOf), palette),
    "",
  ].join("\n");
}

function takenInWords(takenBy: Explanation["takenBy"]): string {
  if (takenBy === null) return "unexplained: no fault of the run caused the loss";
  const { fault, appliedAt, healedAt } = takenBy;
  return `taken by ${printable(fault)}, ${whenOf(appliedAt, healedAt)}`;
}

function rowOf({ from, until, what, witness }: Step): Cell[] {
  return [cell(whenOf(from, until), "strong"), cell(printable(what)), cell(printable(witness), "faint")];
}

function whenOf(from: number | null, until: number | null): string {
  if (from === null) return until === null ? "" : `until ${formatMoment(until)}`;
  return until === null ? formatMoment(from) : `${formatMoment(from)} to ${formatMoment(until)}`;
}
