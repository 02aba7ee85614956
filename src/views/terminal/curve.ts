import { join } from "node:path";

import { type Cell, cell, layRows, left, right, wrap } from "../layout/columns.js";
import { type Curve, type CurvePoint, runsThatCount, type Spread } from "../../results/curve.js";
import { curveFiles, reportName } from "../../results/file-names.js";
import { inMarkdown, tableInMarkdown } from "../layout/markdown-text.js";
import { formatCount, formatPercent, formatPerSecond, noNumber } from "../layout/numbers.js";
import type { Page } from "../layout/page.js";
import { printable } from "../../base/printable.js";

/**
 * Renders a curve as a table with a line per point: the mean, minimum and maximum of its runs.
 *
 * @param out the folder of all results.
 */
export function renderCurve(curve: Curve, out: string, { palette, width }: Page): string {
  const [json, csv] = curveFiles(out, curve.scenario);
  return [
    palette("strong", printable(curve.scenario)),
    ...(curve.claim === "" ? [] : wrap(printable(curve.claim), width - 2)).map(
      (line) => `  ${palette("faint", line)}`,
    ),
    "",
    ...layRows(columns, rowsOf(curve), palette),
    "",
    `  rerun with  ${printable(curve.repeatWith)}`,
    `  report      ${printable(join(out, reportName))}`,
    ...[json, csv].map((file) => `  files       ${printable(file)}`),
    "",
  ].join("\n");
}

/** Renders the same curve as Markdown. */
export function curveAsMarkdown(curve: Curve): string {
  return [
    `# ${inMarkdown(curve.scenario)}`,
    "",
    ...(printable(curve.claim) === "" ? [] : [inMarkdown(curve.claim), ""]),
    ...tableInMarkdown(
      columns,
      rowsOf(curve).map((row) => row.map(({ text }) => text)),
    ),
    "",
    `    ${printable(curve.repeatWith)}`,
    "",
  ].join("\n");
}

const columns = [right, right, right, right, right, left];

/** Returns the cells of the curve; the first row is the header. */
function rowsOf(curve: Curve): Cell[][] {
  const heads = [headOf(curve), "sent per second", "processed per second", "lost", "lost per fault", "runs"];
  const rows = curve.points.map((point) => [
    cell(valueOf(curve, point.value), "strong"),
    cell(inWords(point.sentPerSecond, formatPerSecond)),
    cell(inWords(point.processedPerSecond, formatPerSecond)),
    cell(inWords(point.lossRatio, formatPercent)),
    cell(inWords(point.lostPerFault, formatCount)),
    cell(runsInWords(point), runsThatCount(point).length < point.runs.length ? "doubtful" : "plain"),
  ]);
  return [heads.map((head) => cell(head, "faint")), ...rows];
}

function headOf({ of }: Curve): string {
  return of === "rate" ? "rate" : "commit every";
}

function valueOf({ of }: Curve, value: number): string {
  return of === "rate" ? formatPerSecond(value) : formatCount(value);
}

function inWords(spread: Spread | null, format: (value: number) => string): string {
  if (spread === null) return noNumber;
  const { mean, min, max } = spread;
  const [least, most] = [format(min), format(max)];
  return least === most ? format(mean) : `${format(mean)} (${least} to ${most})`;
}

function runsInWords(point: CurvePoint): string {
  const count = runsThatCount(point).length;
  return count === point.runs.length ? String(count) : `${count} of ${point.runs.length}`;
}
