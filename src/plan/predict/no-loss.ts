import type { Fault } from "../../scenario/faults.js";
import { type Prediction, none, predicted } from "./prediction.js";

/** Nothing dies of being late, of standing still, or of an orderly end of a consumer. */
export function predictNoLoss(faults: readonly Fault[]): Prediction {
  return predicted({
    formula: "no-loss",
    words:
      faults.length === 0
        ? "nothing goes wrong, so nothing is lost"
        : "what only makes messages late, or lets consumers come and go in order, loses none",
    inputs: faults.length === 0 ? {} : { faults: String(faults.length) },
    lost: none,
    lostBy: {},
    resolution: 0,
  });
}
