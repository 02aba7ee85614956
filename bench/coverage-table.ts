import type { Predicted } from "../src/plan/predict/prediction.js";
import { causes } from "../src/scenario/scenario.js";
import type { Measured } from "./coverage-store.js";
import { withMarked } from "./marked.js";

/** A short form, and what is predicted of it. */
export interface Form {
  /** Its file. */
  file: string;
  digest: string;
  prediction: Predicted;
}

export interface Coverage {
  form: Form;
  /** Runs of the form as it is now, those without a result among them. */
  runs: number;
  /** Runs whose loss lay within the interval. */
  held: number;
  /** Of these: runs in which the loss by each cause lay within its own, too. */
  heldByCause: number;
  /** Runs without a verdict that counts: the harness could not tell, or failed. */
  untold: number;
  p1: number;
  p99: number;
  /** No wider than this is a prediction that is of use. */
  allowedWidth: number;
  /** Whether it is as good as it says. */
  good: boolean;
}

/** At least so many of 100 runs must lie in an interval; in one that is exact, all. */
const heldShareMin = 0.95;
const observedWidths = 3;

/** Whether a run is one of this form, and of what is predicted of it now. */
export function isOf({ digest, prediction }: Form, measured: Measured): boolean {
  const { formula, lost } = prediction;
  return (
    measured.formula === formula &&
    measured.form === digest &&
    measured.predictedMin === lost.min &&
    measured.predictedMax === lost.max
  );
}

/** Runs of another form, or of another prediction, say nothing about this one. */
export function coverageOf(form: Form, measured: readonly Measured[]): Coverage {
  const { lost, lostBy, resolution } = form.prediction;
  const ours = measured.filter((one) => isOf(form, one));
  const told = ours.filter(({ verdict }) => verdict === "held" || verdict === "broken");
  const within = told.filter((one) => one.lost >= lost.min && one.lost <= lost.max);
  const heldByCause = within.filter((one) =>
    causes.every((cause) => one.lostBy[cause] >= lostBy[cause].min && one.lostBy[cause] <= lostBy[cause].max),
  ).length;
  const observed = told.map((one) => one.lost).toSorted((a, b) => a - b);
  const p1 = rank(observed, 0.01);
  const p99 = rank(observed, 0.99);
  const allowedWidth = Math.max(observedWidths * (p99 - p1), resolution);
  const width = lost.max - lost.min;
  const enough = width === 0 ? ours.length : Math.ceil(heldShareMin * ours.length);
  return {
    form,
    runs: ours.length,
    held: within.length,
    heldByCause,
    untold: ours.length - told.length,
    p1,
    p99,
    allowedWidth,
    good: ours.length > 0 && heldByCause >= enough && width <= allowedWidth,
  };
}

/** The smallest value that so large a share of all does not exceed; 0 of none. */
function rank(sorted: readonly number[], share: number): number {
  return sorted[Math.max(0, Math.ceil(share * sorted.length) - 1)] ?? 0;
}

/** The table of `docs/prediction.md`. */
export function renderCoverage(rows: readonly Coverage[]): string {
  const heads = [
    "formula",
    "predicted",
    "runs",
    "held",
    "by cause too",
    "no verdict",
    "observed p1 to p99",
    "width",
    "allowed",
    "",
  ];
  const lines = rows.map(({ form, runs, held, heldByCause, untold, p1, p99, allowedWidth, good }) => {
    const { formula, lost } = form.prediction;
    const cells = [
      `[\`${formula}\`](../${form.file})`,
      lost.min === lost.max ? `exactly ${lost.min}` : `${lost.min} to ${lost.max}`,
      runs,
      held,
      heldByCause,
      untold,
      runs === untold ? "–" : `${p1} to ${p99}`,
      lost.max - lost.min,
      allowedWidth,
      good ? "holds" : runs === 0 ? "not measured" : "**fails**",
    ];
    return `| ${cells.join(" | ")} |`;
  });
  const rule = heads.map((_, place) => (place >= 2 && place <= 8 ? "---:" : "---"));
  return [`| ${heads.join(" | ")} |`, `| ${rule.join(" | ")} |`, ...lines].join("\n");
}

/** The page with a new table in the place of the old one. */
export function withTable(page: string, table: string): string {
  return withMarked(page, "coverage", table);
}
