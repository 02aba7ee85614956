import { join } from "node:path";

import { type Cause, causes } from "../../scenario/scenario.js";
import type { Tone } from "../layout/colors.js";
import { type Cell, cell, layRows, left, right } from "../layout/columns.js";
import { reportName } from "../../results/file-names.js";
import { inMarkdown, tableInMarkdown } from "../layout/markdown-text.js";
import { formatCount, formatMs, formatPerSecond } from "../layout/numbers.js";
import type { Page } from "../layout/page.js";
import { printable } from "../../base/printable.js";
import type { Result } from "../../results/result.js";
import { toneOf } from "../words/verdicts.js";

/**
 * Renders one scenario under several guarantees, with a column per guarantee.
 *
 * @param out the folder of all results.
 */
export function renderComparison(
  name: string,
  results: readonly Result[],
  out: string,
  { palette }: Page,
): string {
  const [heads, ...rows] = tableOf(results);
  const lines = layRows([left, ...results.map(() => right)], [heads!.map(faint), ...rows], palette);
  const reasons = reasonsOf(results).map((reason) => `  ${printable(reason)}`);
  return [
    palette("strong", printable(name)),
    ...lines,
    ...(reasons.length === 0 ? [] : ["", ...reasons]),
    "",
    ...results.slice(0, 1).map(({ repeatWith }) => `  rerun with  ${printable(repeatWith)}`),
    `  report      ${printable(join(out, reportName))}`,
    ...results.map(({ scenario }) => `  files       ${printable(join(out, scenario))}`),
    "",
  ].join("\n");
}

/** Renders the same comparison as Markdown. */
export function comparisonAsMarkdown(name: string, results: readonly Result[]): string {
  const rows = tableOf(results).map((row) => row.map(({ text }) => text));
  const reasons = reasonsOf(results).map((reason) => `- ${inMarkdown(reason)}`);
  return [
    `# ${inMarkdown(name)} under each guarantee`,
    "",
    ...tableInMarkdown([left, ...results.map(() => right)], rows),
    ...(reasons.length === 0 ? [] : ["", ...reasons]),
    "",
    ...results.slice(0, 1).map(({ repeatWith }) => `    ${printable(repeatWith)}`),
    "",
  ].join("\n");
}

/** Returns the cells of the comparison; the first row is the header, the first column the names. */
function tableOf(results: readonly Result[]): Cell[][] {
  const row = (
    name: string,
    of: (result: Result) => string,
    tone: (result: Result) => Tone = () => "plain",
  ) => [cell(name), ...results.map((result) => cell(of(result), tone(result)))];
  const counted = (name: string, of: (result: Result) => number) =>
    row(name, (result) => formatCount(of(result)));
  const whereAny = (name: string, of: (result: Result) => number) =>
    results.some((result) => of(result) > 0) ? [counted(name, of)] : [];
  return [
    row("", ({ guarantee }) => guarantee),
    row(
      "verdict",
      ({ verdict }) => verdict,
      ({ verdict }) => toneOf(verdict),
    ),
    counted("sent", ({ messages }) => messages.sent),
    counted("lost", ({ messages }) => messages.lost),
    ...causes.flatMap((cause) =>
      isAsked(cause, results)
        ? [counted(`lost by ${cause}`, ({ lostBy }) => lostBy[cause])]
        : whereAny(`lost by ${cause}`, ({ lostBy }) => lostBy[cause]),
    ),
    counted("lost silently", ({ silentlyLost }) => silentlyLost),
    counted("duplicated", ({ messages }) => messages.duplicated),
    ...whereAny("unsent", ({ messages }) => messages.unsent),
    ...whereAny("unread", ({ messages }) => messages.unread),
    ...whereAny("indeterminate", ({ messages }) => messages.indeterminate),
    row("sent per second", ({ throughput }) => formatPerSecond(throughput.sentPerSecond)),
    row("processed per second", ({ throughput }) => formatPerSecond(throughput.processedPerSecond)),
    row("latency p50", ({ latencyMs }) => formatMs(latencyMs.p50)),
    row("latency p99", ({ latencyMs }) => formatMs(latencyMs.p99)),
  ];
}

/**
 * Checks whether the scenario bounds this cause under any guarantee. If so, a count of 0 is shown
 * too.
 */
function isAsked(cause: Cause, results: readonly Result[]): boolean {
  return results.some(({ expectations }) => expectations.some(({ name }) => name === `lostBy.${cause}`));
}

function reasonsOf(results: readonly Result[]): string[] {
  return results.flatMap(({ guarantee, reasons }) => reasons.map((reason) => `${guarantee}: ${reason}`));
}

function faint({ text }: Cell): Cell {
  return cell(text, "faint");
}
