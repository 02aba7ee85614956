import { defineScenario, runScenario } from "lossbound";
import "lossbound/vitest";
import { expect, test } from "vitest";

const blackHole = defineScenario({
  name: "black-hole",
  claim: "A black hole of half a second loses what is sent into it.",
  guarantee: "at-most-once",
  producers: { rate: "1000/s", messages: 2_500 },
  faults: [{ toxic: "timeout", on: "producer-link", at: "1s", for: "500ms" }],
  expect: { lost: "exposed" },
});

const baseline = defineScenario({
  name: "baseline",
  claim: "Without a fault nothing is lost.",
  guarantee: "at-most-once",
  producers: { rate: "1000/s", messages: 2_000 },
  expect: { lost: 0 },
});

test("a black hole of half a second loses what is sent into it", async () => {
  // About 500 of 2,500: more, or fewer, on a busy machine.
  await expect(blackHole).toLoseBetween("5%", "50%", { by: "in-transit", seed: 7 });
});

test("without a fault nothing is lost, and nothing is processed twice", async () => {
  const result = await runScenario(baseline, { seed: 7 });

  expect(result.verdict).toBe("held");
  await expect(result).toLoseNothing();
  await expect(result).toNeverDuplicate();
});
