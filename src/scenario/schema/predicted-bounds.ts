import type { Complaint } from "./fields.js";
import { type Bound, type Cause, type Expect, type Scenario, causes } from "../scenario.js";

/** How many messages a scenario will lose; or why nobody can say. What tells it lies behind this stage. */
export type Predict = (scenario: Scenario) => PredictedLoss | { kind: "unpredicted"; why: string };

interface PredictedLoss {
  kind: "predicted";
  lost: Ends;
  lostBy: Record<Cause, Ends>;
}

interface Ends {
  min: number;
  max: number;
}

/** A bound that nobody can tell is refused. */
export const nobodyPredicts: Predict = () => ({
  kind: "unpredicted",
  why: "whoever reads the scenario here has no formulas",
});

/** The word that stands in a file in the place of a bound. */
export const predictedWord = "predicted";

/** As the schema leaves such a bound, until it is told. */
export const toBePredicted: Bound = { min: undefined, max: undefined, predicted: true };

/**
 * Puts what is predicted into the place of each bound that is `predicted`. Where nothing is, every such bound
 * is a complaint: a bound that nobody can name could only be kept.
 *
 * @param place of the scenario's own expectations in its file.
 */
export function tellPredicted(
  scenario: Scenario,
  place: readonly string[],
  predict: Predict,
): { scenario: Scenario; complaints: Complaint[] } {
  const own = keysToTell(scenario.expect);
  const others = Object.entries(scenario.expectUnder).flatMap(([guarantee, expect]) =>
    (expect === undefined ? [] : keysToTell(expect)).map((key) => ["expect", guarantee, ...key]),
  );
  if (own.length + others.length === 0) return { scenario, complaints: [] };
  const complaints = others.map((path): Complaint => ({ path, allowed: `a bound: ${onlyOwn}` }));
  const told: ReturnType<Predict> =
    scenario.sweep === undefined ? predict(scenario) : { kind: "unpredicted", why: eachItsOwn };
  if (told.kind === "unpredicted") {
    const allowed = `a bound of your own, since nothing is predicted: ${told.why}`;
    return {
      scenario,
      complaints: [...own.map((key) => ({ path: [...place, ...key], allowed })), ...complaints],
    };
  }
  return { scenario: { ...scenario, expect: toldIn(scenario.expect, told) }, complaints };
}

const onlyOwn = "only under the scenario's own guarantee it can be predicted";
const eachItsOwn = "each step of a sweep loses another number";

function keysToTell({ lost, silentlyLost, lostBy }: Expect): string[][] {
  return [
    ...(lost.predicted ? [["lost"]] : []),
    ...(silentlyLost?.predicted ? [["silentlyLost"]] : []),
    ...causes.filter((cause) => lostBy[cause]?.predicted).map((cause) => ["lostBy", cause]),
  ];
}

function toldIn(expect: Expect, { lost, lostBy }: PredictedLoss): Expect {
  const tell = (bound: Bound, { min, max }: Ends): Bound =>
    bound.predicted
      ? { min: { kind: "count", value: min }, max: { kind: "count", value: max }, predicted: true }
      : bound;
  const { rejected } = lostBy;
  const silent = { min: Math.max(0, lost.min - rejected.max), max: Math.max(0, lost.max - rejected.min) };
  return {
    ...expect,
    lost: tell(expect.lost, lost),
    silentlyLost: expect.silentlyLost && tell(expect.silentlyLost, silent),
    lostBy: Object.fromEntries(
      causes.flatMap((cause) => {
        const bound = expect.lostBy[cause];
        return bound === undefined ? [] : [[cause, tell(bound, lostBy[cause])]];
      }),
    ),
  };
}
