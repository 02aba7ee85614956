import { join } from "node:path";

import { causes } from "../../scenario/scenario.js";
import { type Cell, cell, layRows, left, right } from "../layout/columns.js";
import { reportName } from "../../results/file-names.js";
import { formatCount } from "../layout/numbers.js";
import type { Page } from "../layout/page.js";
import { printable } from "../../base/printable.js";
import type { Result } from "../../results/result.js";
import { toneOf } from "../words/verdicts.js";

/**
 * Renders a summary of several scenarios, with a line per scenario.
 *
 * @param out the folder of all results.
 */
export function renderSummary(results: readonly Result[], out: string, { palette }: Page): string {
  const heads = ["scenario", "verdict", "sent", "lost", "silently", "where"].map((head) =>
    cell(head, "faint"),
  );
  const lines = layRows([left, left, right, right, right, left], [heads, ...results.map(rowOf)], palette, 0);
  return `${[...lines, "", `report  ${printable(join(out, reportName))}`].join("\n")}\n`;
}

function rowOf({ scenario, verdict, messages, silentlyLost, lostBy }: Result): Cell[] {
  const where = causes
    .filter((cause) => lostBy[cause] > 0)
    .map((cause) => `${cause} ${formatCount(lostBy[cause])}`);
  return [
    cell(printable(scenario), "strong"),
    cell(verdict, toneOf(verdict)),
    cell(formatCount(messages.sent)),
    cell(formatCount(messages.lost)),
    cell(formatCount(silentlyLost), silentlyLost > 0 ? "bad" : "plain"),
    cell(where.join(", "), "faint"),
  ];
}
