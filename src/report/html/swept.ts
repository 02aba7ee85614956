import type { SweepStep } from "../../scenario/scenario.js";
import { type CurvePoint, pointsOf } from "../curve.js";
import type { Result } from "../result.js";

/** What a page shows of a sweep. */
export interface SweptCurve {
  of: SweepStep["of"];
  points: CurvePoint[];
}

/** The curve of results that are all of one sweep; `null` where they are not. */
export function sweptCurveOf(results: readonly Result[]): SweptCurve | null {
  const steps = results.flatMap(({ step }) => (step === null ? [] : [step]));
  const [first] = steps;
  const one = steps.every(({ sweep, of }) => sweep === first?.sweep && of === first.of);
  if (first === undefined || steps.length < results.length || !one) return null;
  const values = [...new Set(steps.map(({ value }) => value))].toSorted((a, b) => a - b);
  return { of: first.of, points: pointsOf(values, results) };
}
