import type { Wanted } from "../../statistics/allowance.js";
import { oneIn } from "../../verdict/judge-repeat.js";
import type { CalibratedBound, CalibrationResult } from "../../results/calibration.js";
import { cell, layRows, left, right, wrap } from "../layout/columns.js";
import { formatCount, noNumber } from "../layout/numbers.js";
import type { Page } from "../layout/page.js";
import { printable } from "../../base/printable.js";

/**
 * What trials propose: each bound as it is and as it would be, and what the new ones are worth.
 *
 * @param written the file that they were written to; `undefined`: they were not.
 */
export function renderCalibration(
  calibration: CalibrationResult,
  written: string | undefined,
  { palette, width }: Page,
): string {
  const { scenario, trials, made, bounds, repeatWith } = calibration;
  const faint = (text: string) => cell(text, "faint");
  const heads = ["bound", "as it is", "observed", "proposed"].map(faint);
  const rows = bounds.map((bound) => [
    cell(printable(bound.name)),
    faint(rangeInWords(bound.before)),
    cell(bound.observed === null ? noNumber : rangeInWords(bound.observed)),
    cell(proposedInWords(bound, calibration), "strong"),
  ]);
  const counted =
    trials === made ? `${trials} trials` : `${trials} of ${made} trials; the others prove nothing`;
  return [
    `${palette("strong", printable(scenario))}  calibrated from ${counted}`,
    "",
    ...layRows([left, right, right, right], [heads, ...rows], palette),
    "",
    ...wrap(worthInWords(calibration), width - 2).map((line) => `  ${line}`),
    "",
    `  repeat with  ${printable(repeatWith)}`,
    ...(written === undefined ? [] : [`  written to   ${printable(written)}`]),
    "",
  ].join("\n");
}

/** Why so few trials propose nothing, and how many would. */
export function tooFewInWords(trials: number, wanted: Wanted, needed: number): string {
  const { perVerdict, falseAlarms, confidence, bounds } = wanted;
  const verdict = perVerdict === 1 ? "a verdict on one run" : `a verdict on ${perVerdict} trials`;
  const having = bounds === 1 ? "" : ` with ${bounds} bounds`;
  const instead =
    perVerdict === 1 ? "; fewer do for a verdict on several trials (--repeat, or `repeat` in the file)" : "";
  return (
    `${formatCount(trials)} trials do not support ${verdict}${having} that is broken by chance ${oneIn(falseAlarms)} ` +
    `at most, with a confidence of ${chanceInWords(confidence)}: it takes ${formatCount(needed)}${instead}`
  );
}

function worthInWords({ allowance, trials, wanted, needed }: CalibrationResult): string {
  if (allowance === null) return `Nothing is proposed: ${tooFewInWords(trials, wanted, needed)}.`;
  const { perVerdict, falseAlarms, confidence } = wanted;
  const breaks =
    perVerdict === 1
      ? "A run outside of a bound is broken"
      : `${perVerdict} trials are broken when ${allowance.toBreak} of them are outside of the same bound`;
  return (
    `At most ${chanceInWords(allowance.outside)} of all trials lie outside of each. ${breaks}; chance alone does ` +
    `that ${oneIn(falseAlarms)} at most, over all bounds. All of it with a confidence of ${chanceInWords(confidence)}, ` +
    "on a machine like this one."
  );
}

function proposedInWords({ proposed, observed }: CalibratedBound, { allowance }: CalibrationResult): string {
  if (proposed !== null) return rangeInWords(proposed);
  return allowance !== null && observed?.max === 0 ? "stays: none was lost so" : noNumber;
}

function rangeInWords({ min, max }: { min: number | null; max: number | null }): string {
  if (min === null) return max === null ? noNumber : `at most ${formatCount(max)}`;
  if (max === null) return `at least ${formatCount(min)}`;
  return `${formatCount(min)} to ${formatCount(max)}`;
}

/** As the scenario file has it: `5.89 %`. */
function chanceInWords(chance: number): string {
  return `${Number((chance * 100).toPrecision(4))} %`;
}
