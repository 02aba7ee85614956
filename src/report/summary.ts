import { join } from "node:path";

import { causes } from "../scenario/scenario.js";
import { type Cell, cell, layRows, left, right } from "./columns.js";
import { reportName } from "./html/page-names.js";
import { formatCount } from "./numbers.js";
import type { Page } from "./page.js";
import { printable } from "../base/printable.js";
import type { Result } from "./result.js";
import { toneOf } from "./words.js";

/**
 * Several scenarios at a glance, a line each.
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
