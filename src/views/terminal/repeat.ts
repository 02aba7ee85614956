import { join } from "node:path";

import { oneIn } from "../../verdict/judge-repeat.js";
import { cell, layRows, left, right, wrap } from "../layout/columns.js";
import { repeatFile, reportName } from "../../results/file-names.js";
import { formatCount, formatPercent, noNumber } from "../layout/numbers.js";
import type { Page } from "../layout/page.js";
import { printable } from "../../base/printable.js";
import type { Repeat, RepeatedBound } from "../../results/repeat.js";
import type { Result } from "../../results/result.js";
import { toneOf } from "../words/verdicts.js";

/**
 * Renders the trials of a scenario: the verdict first, then each bound with the figures over all
 * trials.
 *
 * @param out the folder of all results.
 */
export function renderRepeat(repeat: Repeat, out: string, page: Page): string {
  const { palette, width } = page;
  const { scenario, claim, verdict, reasons, trials, inconclusive } = repeat;
  const faint = (text: string) => cell(text, "faint");
  const heads = ["bound", "at least", "at most", "mean (95 %)", "tolerance", "outside", "breaks at", ""].map(
    faint,
  );
  const rows = repeat.bounds.map((bound) => [
    cell(printable(bound.name)),
    faint(limit(bound.min)),
    faint(limit(bound.max)),
    cell(meanInWords(bound.mean), "strong"),
    cell(toleranceInWords(bound)),
    cell(`${bound.outside} of ${bound.judged}`),
    cell(limit(bound.toBreak)),
    cell(bound.verdict, toneOf(bound.verdict)),
  ]);
  const columns = [left, right, right, right, right, right, right, left];
  return [
    `${palette("strong", printable(scenario))}  ${palette(toneOf(verdict), verdict.toUpperCase())}  ${trialsInWords(repeat)}`,
    ...(claim === "" ? [] : wrap(printable(claim), width - 2).map((line) => `  ${palette("faint", line)}`)),
    ...reasons.flatMap((reason) => wrap(`- ${printable(reason)}`, width - 2).map((line) => `  ${line}`)),
    "",
    ...layRows(columns, [heads, ...rows], palette),
    "",
    ...repeat.bounds.flatMap(worstInWords).map((line) => `  ${line}`),
    ...(inconclusive.trials === 0
      ? []
      : [
          `  inconclusive ${inconclusive.trials} of ${trials.length}, at most ${inconclusive.allowed} allowed`,
        ]),
    `  loss/fault   ${meanInWords(repeat.lostPerFault)}`,
    `  false alarms ${ruleInWords(repeat)}`,
    `  seed         ${repeat.seed}`,
    `  rerun with   ${printable(repeat.repeatWith)}`,
    `  report       ${printable(join(out, reportName))}`,
    `  files        ${printable(repeatFile(out, scenario))}`,
    "",
  ].join("\n");
}

/** Renders one trial as a line. */
export function renderTrial(result: Result, { palette }: Page, planned?: number): string {
  const { trial, seed, verdict, messages } = result;
  const lost = `lost ${formatCount(messages.lost)} of ${formatCount(messages.sent)}`;
  return `${printable(trial?.of ?? result.scenario)}  trial ${trial?.number ?? 1}${planned === undefined ? "" : ` of ${planned}`}  seed ${seed}  ${lost}  ${palette(toneOf(verdict), verdict)}\n`;
}

function trialsInWords({ trials, planned, stoppedEarly }: Repeat): string {
  if (!stoppedEarly) return `${trials.length} of ${planned} trials`;
  return `stopped after ${trials.length} of ${planned} trials: more trials cannot change the verdict`;
}

function ruleInWords({ falseAlarms, calibrated }: Repeat): string {
  return calibrated === null
    ? "none: the bounds are not calibrated, so every trial must keep them"
    : `at most ${oneIn(falseAlarms)}, with bounds from ${formatCount(calibrated.trials)} trials and ${formatPercent(calibrated.outside)} of trials outside each`;
}

function worstInWords({ name, worst }: RepeatedBound): string[] {
  if (worst === null) return [];
  const { number, observed, repeatWith } = worst;
  return [
    `worst        ${printable(name)} ${formatCount(observed)} in trial ${number}: ${printable(repeatWith)}`,
  ];
}

/** Formats a mean with its confidence interval. */
export function meanInWords(mean: Repeat["lostPerFault"]): string {
  if (mean === null) return noNumber;
  const { low, high } = mean;
  return `${formatCount(mean.mean)} (${formatCount(low)} to ${formatCount(high)})`;
}

/** Formats a tolerance interval with the share of trials that it contains. */
export function toleranceInWords({ tolerance }: RepeatedBound): string {
  if (tolerance === null) return noNumber;
  const { low, high, content } = tolerance;
  return `${formatCount(low)} to ${formatCount(high)} for ${Math.floor(content * 100)} %`;
}

function limit(count: number | null): string {
  return count === null ? noNumber : formatCount(count);
}
