import { join } from "node:path";

import { cell, layRows, left, wrap } from "../layout/columns.js";
import { expectationSection } from "../tables/bounds.js";
import { faultSection } from "../tables/faults.js";
import { reportName } from "../../results/file-names.js";
import { lossSection, passage } from "../tables/losses.js";
import { formatMs, formatPerSecond } from "../layout/numbers.js";
import type { Page } from "../layout/page.js";
import { predictionSection } from "../tables/predictions.js";
import { printable } from "../../base/printable.js";
import type { Result } from "../../results/result.js";
import { toneOf } from "../words/verdicts.js";

/**
 * Renders one result: the verdict first, then the figures behind it, and last how to rerun it.
 *
 * @param folder where the files of the run are.
 */
export function renderResult(result: Result, folder: string, page: Page): string {
  const { palette } = page;
  const sections = [
    heading(result, page),
    reasons(result, page),
    passage(result, palette),
    lossSection(result, palette),
    expectationSection(result.expectations, palette),
    predictionSection(result, page),
    faultSection(result.faults, palette),
    [...speeds(result, page), ...origin(result, folder, page)],
  ];
  return sections
    .filter((lines) => lines.length > 0)
    .map((lines) => `${lines.join("\n")}\n`)
    .join("\n");
}

function heading({ scenario, claim, verdict }: Result, { palette, width }: Page): string[] {
  const sentence = printable(claim);
  return [
    `${palette("strong", printable(scenario))}  ${palette(toneOf(verdict), verdict.toUpperCase())}`,
    ...(sentence === "" ? [] : wrap(sentence, width - 2).map((line) => `  ${line}`)),
  ];
}

/** Renders the reasons of a verdict; a result that held has none. */
function reasons(result: Result, { palette, width }: Page): string[] {
  return result.reasons.flatMap((reason) =>
    wrap(printable(reason), width - 4).map(
      (line, index) => `  ${palette(toneOf(result.verdict), `${index === 0 ? "-" : " "} ${line}`)}`,
    ),
  );
}

function speeds({ throughput, scheduleLagMs, latencyMs, disturbances }: Result, { palette }: Page): string[] {
  const { sentPerSecond, processedPerSecond } = throughput;
  const { p50, p95, p99, max } = latencyMs;
  return facts(palette, [
    [
      "throughput",
      `sent ${formatPerSecond(sentPerSecond)} · processed ${formatPerSecond(processedPerSecond)}`,
    ],
    ["sent late", `p99 ${formatMs(scheduleLagMs.p99)} · max ${formatMs(scheduleLagMs.max)} behind schedule`],
    ["latency", `p50 ${formatMs(p50)} · p95 ${formatMs(p95)} · p99 ${formatMs(p99)} · max ${formatMs(max)}`],
    ...disturbances.map(({ words }) => ["machine", words] as const),
  ]);
}

function origin(
  { environment, witnesses, untold = [], seed, repeatWith }: Result,
  folder: string,
  { palette }: Page,
): string[] {
  const { kind, broker, proxy, client, node } = environment;
  return facts(palette, [
    ["witnesses", witnesses.length === 0 ? "none" : witnesses.join(", ")],
    ...untold.map((one) => ["unreported", one] as const),
    ["environment", `${kind} · broker ${broker} · proxy ${proxy} · client ${client} · node ${node}`],
    ["seed", String(seed)],
    ["rerun with", repeatWith],
    ["report", join(folder, reportName)],
    ["files", folder],
  ]);
}

function facts(
  palette: Page["palette"],
  pairs: readonly (readonly [name: string, value: string])[],
): string[] {
  const names = pairs.map(([name]) => name.padEnd("environment".length));
  return layRows(
    [left, left],
    pairs.map(([, value], index) => [cell(names[index] ?? "", "faint"), cell(printable(value))]),
    palette,
  );
}
