import { defineScenario, runScenario } from "lossbound";
import "lossbound/vitest";
import { expect, test } from "vitest";

const blackHole = defineScenario({
  name: "black-hole",
  claim: "A black hole of half a second loses what is sent in half a second.",
  guarantee: "at-most-once",
  producers: { rate: "1000/s", messages: 2_500 },
  faults: [{ toxic: "timeout", on: "producer-link", at: "1s", for: "500ms" }],
  expect: { lost: { min: 450, max: 650 } },
});

const baseline = defineScenario({
  name: "baseline",
  claim: "Without a fault nothing is lost.",
  guarantee: "at-most-once",
  producers: { rate: "1000/s", messages: 2_000 },
  expect: { lost: 0 },
});

test("a black hole of half a second loses what is sent in half a second", async () => {
  await expect(blackHole).toLoseBetween(450, 650, { by: "in-transit", seed: 7 });
});

test("without a fault nothing is lost, and nothing is processed twice", async () => {
  const result = await runScenario(baseline, { seed: 7 });

  expect(result.verdict).toBe("held");
  await expect(result).toLoseNothing();
  await expect(result).toNeverDuplicate();
});
