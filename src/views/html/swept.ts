import type { SweepStep } from "../../scenario/scenario.js";
import { type CurvePoint, pointsOf } from "../../results/curve.js";
import type { Result } from "../../results/result.js";

/** The curve of a sweep, as shown on a page. */
export interface SweptCurve {
  /** The scenario that was swept. */
  sweep: string;
  of: SweepStep["of"];
  points: CurvePoint[];
}

/** Returns a curve for each sweep among the results. */
export function sweptCurvesOf(results: readonly Result[]): SweptCurve[] {
  const steps = results.flatMap(({ step }) => (step === null ? [] : [step]));
  const sweeps = new Map(steps.map(({ sweep, of }) => [`${of} ${sweep}`, { sweep, of }]));
  return [...sweeps.values()].map(({ sweep, of }) => {
    const runs = results.filter(({ step }) => step?.sweep === sweep && step.of === of);
    const values = new Set(runs.flatMap(({ step }) => (step === null ? [] : [step.value])));
    return {
      sweep,
      of,
      points: pointsOf(
        [...values].toSorted((a, b) => a - b),
        runs,
      ),
    };
  });
}
