import type { Expectation } from "../../verdict/judge.js";
import type { Palette } from "../layout/colors.js";
import { cell, layRows, left, right } from "../layout/columns.js";
import { formatCount, noNumber } from "../layout/numbers.js";
import { printable } from "../../base/printable.js";
import { toneOf } from "../words/verdicts.js";

/** Renders each bound with the observed count. */
export function expectationSection(expectations: readonly Expectation[], palette: Palette): string[] {
  if (expectations.length === 0) return [];
  const heads = ["expected", "at least", "at most", "observed", ""].map((head) => cell(head, "faint"));
  const rows = expectations.map(({ name, min, max, observed, verdict, exposed }) => [
    cell(printable(exposed ? `${name}, as exposed` : name)),
    cell(limit(min), "faint"),
    cell(limit(max), "faint"),
    cell(formatCount(observed), "strong"),
    cell(verdict, toneOf(verdict)),
  ]);
  return layRows([left, right, right, right, left], [heads, ...rows], palette);
}

function limit(count: number | null): string {
  return count === null ? noNumber : formatCount(count);
}
