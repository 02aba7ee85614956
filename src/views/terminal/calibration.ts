import type { Wanted } from "../../statistics/allowance.js";
import { oneIn } from "../../verdict/judge-repeat.js";
import type { CalibratedBound, CalibrationResult } from "../../results/calibration.js";
import { cell, layRows, left, right, wrap } from "../layout/columns.js";
import { formatCount, noNumber } from "../layout/numbers.js";
import type { Page } from "../layout/page.js";
import { printable } from "../../base/printable.js";

/**
 * Renders a calibration: the current and the proposed bounds, and how reliable the proposed ones
 * are.
 *
 * @param written the file that the bounds were written to; `undefined` if they were not written.
 */
export function renderCalibration(
  calibration: CalibrationResult,
  written: string | undefined,
  { palette, width }: Page,
): string {
  const { scenario, trials, made, bounds, repeatWith } = calibration;
  const faint = (text: string) => cell(text, "faint");
  const heads = ["bound", "current", "observed", "proposed"].map(faint);
  const rows = bounds.map((bound) => [
    cell(printable(bound.name)),
    faint(rangeInWords(bound.before)),
    cell(bound.observed === null ? noNumber : rangeInWords(bound.observed)),
    cell(proposedInWords(bound, calibration), "strong"),
  ]);
  const counted =
    trials === made ? `${trials} trials` : `${trials} of ${made} trials; the others were not usable`;
  return [
    `${palette("strong", printable(scenario))}  calibrated from ${counted}`,
    "",
    ...layRows([left, right, right, right], [heads, ...rows], palette),
    "",
    ...wrap(worthInWords(calibration), width - 2).map((line) => `  ${line}`),
    "",
    `  rerun with  ${printable(repeatWith)}`,
    ...(written === undefined ? [] : [`  written to  ${printable(written)}`]),
    "",
  ].join("\n");
}

/** Explains that there are too few trials for a proposal, and how many are needed. */
export function tooFewInWords(trials: number, wanted: Wanted, needed: number): string {
  const { perVerdict, falseAlarms, confidence, bounds } = wanted;
  const verdict = perVerdict === 1 ? "a verdict on one run" : `a verdict on ${perVerdict} trials`;
  const having = bounds === 1 ? "" : ` with ${bounds} bounds`;
  const instead =
    perVerdict === 1 ? "; a verdict on several trials needs fewer (--repeat, or `repeat` in the file)" : "";
  return (
    `${formatCount(trials)} trials are too few for ${verdict}${having} that chance breaks at most ${oneIn(falseAlarms)}, ` +
    `with a confidence of ${chanceInWords(confidence)}: ${formatCount(needed)} are needed${instead}`
  );
}

function worthInWords({ allowance, trials, wanted, needed }: CalibrationResult): string {
  if (allowance === null) return `Nothing is proposed: ${tooFewInWords(trials, wanted, needed)}.`;
  const { perVerdict, falseAlarms, confidence } = wanted;
  const breaks =
    perVerdict === 1
      ? "A run outside a bound is broken"
      : `A verdict on ${perVerdict} trials is broken when ${allowance.toBreak} of them are outside the same bound`;
  return (
    `At most ${chanceInWords(allowance.outside)} of all trials are outside each bound. ${breaks}; chance alone causes ` +
    `that at most ${oneIn(falseAlarms)}, over all bounds. This holds with a confidence of ${chanceInWords(confidence)} ` +
    "on a machine like this one."
  );
}

function proposedInWords({ proposed, observed }: CalibratedBound, { allowance }: CalibrationResult): string {
  if (proposed !== null) return rangeInWords(proposed);
  return allowance !== null && observed?.max === 0 ? "unchanged: none lost" : noNumber;
}

function rangeInWords({ min, max }: { min: number | null; max: number | null }): string {
  if (min === null) return max === null ? noNumber : `at most ${formatCount(max)}`;
  if (max === null) return `at least ${formatCount(min)}`;
  return `${formatCount(min)} to ${formatCount(max)}`;
}

/** Formats a chance as in a scenario file: `5.89 %`. */
function chanceInWords(chance: number): string {
  return `${Number((chance * 100).toPrecision(4))} %`;
}
