import { type Curve, type CurvePoint, runsThatCount } from "../results/curve.js";

/**
 * Renders a curve as CSV, a line per point. Shares are from 0 to 1; a field is empty if no run
 * counts.
 */
export function curveAsCsv({ of, points }: Curve): string {
  const ends = ["mean", "min", "max"] as const;
  const columns = {
    loss_ratio: "lossRatio",
    lost_per_fault: "lostPerFault",
    sent_per_second: "sentPerSecond",
    processed_per_second: "processedPerSecond",
  } as const satisfies Record<string, keyof CurvePoint>;
  const heads = [
    of === "rate" ? "rate" : "commit_every",
    "runs",
    "runs_counted",
    ...Object.keys(columns).flatMap((name) => ends.map((end) => `${name}_${end}`)),
  ];
  const rows = points.map((point) => [
    point.value,
    point.runs.length,
    runsThatCount(point).length,
    ...Object.values(columns).flatMap((key) => ends.map((end) => rounded(point[key]?.[end]))),
  ]);
  return [heads, ...rows].map((row) => `${row.join(",")}\n`).join("");
}

/** Rounds to 12 digits; otherwise a share of 0.201 may be written as 0.20099999999999998. */
function rounded(value: number | undefined): number | "" {
  return value === undefined ? "" : Number(value.toPrecision(12));
}
