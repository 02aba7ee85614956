import type { Palette } from "../layout/colors.js";
import { type Cell, cell, layRows, left, right } from "../layout/columns.js";
import { formatCount, formatMoment } from "../layout/numbers.js";
import { printable } from "../../base/printable.js";
import type { FaultResult } from "../../results/result.js";
import { tookInWords } from "../words/took.js";
import { touchedInWords } from "../words/touched.js";

/** A fault may occur a thousand times; result.json has all of them. */
const shownMax = 12;

/** Renders when each fault was in force, what it touched and took, and what the probe saw. */
export function faultSection(faults: readonly FaultResult[], palette: Palette): string[] {
  if (faults.length === 0) return ["  no faults"];
  const heads = ["fault", "applied", "healed", "touched", "took", "probe saw"].map((head) =>
    cell(head, "faint"),
  );
  const hidden = faults.length - shownMax;
  return [
    ...layRows(
      [left, right, right, left, left, left],
      [heads, ...faults.slice(0, shownMax).map(rowOf)],
      palette,
    ),
    ...(hidden > 0 ? [palette("faint", `  … and ${formatCount(hidden)} more in result.json`)] : []),
  ];
}

function rowOf(fault: FaultResult): Cell[] {
  const { on, kind, appliedAt, healedAt, probe } = fault;
  return [
    cell(printable(`${kind} on ${on}`)),
    appliedAt === null ? cell("never", "doubtful") : cell(formatMoment(appliedAt)),
    cell(formatMoment(healedAt)),
    cell(touchedInWords(fault), fault.touched === 0 ? "doubtful" : "plain"),
    cell(tookInWords(fault)),
    cell(probe === null ? "" : printable(probe), "faint"),
  ];
}
