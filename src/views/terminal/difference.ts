import { cell, layRows, left, right, wrap } from "../layout/columns.js";
import type { Difference, Side } from "../../results/difference.js";
import { noNumber } from "../layout/numbers.js";
import type { Page } from "../layout/page.js";
import { printable } from "../../base/printable.js";
import { toneOf } from "../words/verdicts.js";

/**
 * Renders the losses before and now, with a line per scenario, and the reasons of each verdict that
 * did not hold.
 */
export function renderDifferences(differences: readonly Difference[], { palette, width }: Page): string {
  const heads = ["scenario", "before (95 %)", "now (95 %)", "change", "by chance", ""].map((head) =>
    cell(head, "faint"),
  );
  const rows = differences.map(({ scenario, per, before, now, chance, verdict }) => [
    cell(printable(scenario), "strong"),
    cell(sideInWords(before, per)),
    cell(sideInWords(now, per)),
    cell(changeInWords(before, now)),
    cell(chance === null ? noNumber : chanceInWords(chance)),
    cell(verdict, toneOf(verdict)),
  ]);
  const reasons = differences.flatMap(({ scenario, reasons: of, wanted, chance }) =>
    of.map(
      (reason) =>
        `- ${printable(scenario)}: ${reason}${chance === null ? "" : `; the limit is ${chanceInWords(wanted)}`}`,
    ),
  );
  return `${[
    ...layRows([left, right, right, right, right, left], [heads, ...rows], palette, 0),
    ...(reasons.length === 0 ? [] : [""]),
    ...reasons.flatMap((reason) => wrap(reason, width)),
  ].join("\n")}\n`;
}

function sideInWords(side: Side | null, per: Difference["per"]): string {
  if (side === null) return noNumber;
  const { mean, interval, runs } = side;
  const around = interval === null ? "" : ` (${rounded(interval.low)} to ${rounded(interval.high)})`;
  return `${rounded(mean)}${around} per ${per}, ${runs === 1 ? "1 run" : `${runs} runs`}`;
}

function changeInWords(before: Side | null, now: Side | null): string {
  if (before === null || now === null || before.mean === 0) return noNumber;
  const percent = Math.round((now.mean / before.mean - 1) * 100);
  return `${percent > 0 ? "+" : ""}${percent} %`;
}

/** Formats a mean; small ones have one decimal place. */
function rounded(messages: number): string {
  return messages.toLocaleString("en-US", { maximumFractionDigits: messages < 100 ? 1 : 0 });
}

function chanceInWords(chance: number): string {
  return `${Number((chance * 100).toPrecision(2))} %`;
}
