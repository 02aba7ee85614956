import type { Result } from "../../src/results/result.js";
import type { Verdict } from "../../src/verdict/judge.js";
import { aResult } from "./a-result.js";
import { aScenario } from "./a-scenario.js";

export const scenario = { ...aScenario({}), name: "black-hole", calibrated: { trials: 500, outside: 0.01 } };

export function aTrial(number: number, lost: number, verdict: Verdict = "held"): Result {
  return aResult({
    scenario: `black-hole-trial-${number}`,
    trial: { of: "black-hole", number, firstSeed: 7 },
    seed: number * 100,
    verdict,
    messages: { ...aResult().messages, lost },
    expectations: [{ name: "lost", min: 3_900, max: 4_100, observed: lost, verdict }],
    repeatWith: `lossbound run black-hole.yaml --seed ${number * 100} --repeat 1`,
  });
}

export const asked = {
  seed: 7,
  planned: 10,
  falseAlarms: 0.01,
  stoppedEarly: false,
  repeatWith: "lossbound run black-hole.yaml --seed 7 --repeat 10",
};
const losses = [4_000, 4_010, 3_990, 4_005, 3_995, 4_090, 4_001, 4_002, 4_003];
export const results = [
  ...losses.map((lost, index) => aTrial(index + 1, lost)),
  aTrial(10, 17, "inconclusive"),
];
