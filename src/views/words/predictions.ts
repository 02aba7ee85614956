import type { Interval, Prediction } from "../../plan/predict/prediction.js";
import { causes } from "../../scenario/scenario.js";
import { formatCount } from "../layout/numbers.js";

/** Formats an interval: `exactly 7`, `2,000 to 2,040`, `none`. */
export function intervalInWords({ min, max }: Interval): string {
  if (max === 0) return "none";
  return min === max ? `exactly ${formatCount(min)}` : `${formatCount(min)} to ${formatCount(max)}`;
}

/** Describes a prediction in lines: the loss by each cause, the formula and its inputs. */
export function predictionInWords(prediction: Prediction): string[] {
  if (prediction.kind === "unpredicted") return [`not predicted: ${prediction.why}`];
  const { lost, lostBy, formula, words, inputs } = prediction;
  const takes = causes.filter((cause) => lostBy[cause].max > 0);
  return [
    `lost: ${intervalInWords(lost)}`,
    ...takes.map((cause) => `lost by ${cause}: ${intervalInWords(lostBy[cause])}`),
    `${formula}: ${words}`,
    ...(inputs.length === 0
      ? []
      : [`inputs: ${inputs.map(({ name, value }) => `${name} ${value}`).join(", ")}`]),
  ];
}
