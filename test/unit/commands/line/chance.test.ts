import { expect, it } from "vitest";

import { readChance } from "../../../../src/commands/line/chance.js";

it.each([
  ["1/100", 0.01],
  ["1%", 0.01],
  ["0.1%", 0.001],
  ["0.05", 0.05],
  ["3/4", 0.75],
])("%s is accepted as a chance", (written, chance) => {
  expect(readChance("false-alarms", written, "run")).toBeCloseTo(chance, 12);
});

it.each(["0", "1", "1/1", "0/5", "2/1", "100%", "0%", "-1%", "1 %", "", "1/0", "often", "0.0"])(
  "%s is rejected as a chance",
  (written) => {
    expect(() => readChance("false-alarms", written, "run")).toThrow(`got "${written}"`);
  },
);
