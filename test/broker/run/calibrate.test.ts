import { readFileSync } from "node:fs";

import { expect, it } from "vitest";

import type { CalibrationResult } from "../../../src/results/calibration.js";
import type { Result } from "../../../src/results/result.js";
import { aFolder } from "../../support/a-folder.js";
import { inRepository } from "../../support/paths.js";
import { lossbound } from "../../support/lossbound.js";

const loose = `# A black hole of half a second costs its time.
guarantee: at-most-once
producers: { rate: 1000/s, messages: 1500, overload: true }
faults:
  - { at: 500ms, for: 500ms, on: producer-link, toxic: timeout }
expect:
  # Much too loose.
  lost: { min: 1, max: 1500 }
`;

it("trials propose both ends of a bound, and write them into the file", { timeout: 240_000 }, async () => {
  using folder = aFolder({ "loose.yaml": loose });
  const file = folder.file("loose.yaml");
  const asked = ["--false-alarms", "1/2", "--seed", "5", "--write", "--json"];
  const { code, stdout, stderr } = await lossbound([
    "calibrate",
    ...asked,
    "--out",
    folder.file("out"),
    file,
  ]);

  expect(code, stderr).toBe(0);
  const { trials, needed, allowance, bounds } = JSON.parse(stdout) as CalibrationResult;
  // 1 − 8 · 0.5^7 + 7 · 0.5^8 = 0.965: the range of eight trials holds half of them all with 95 %.
  expect({ trials, needed, allowance }).toEqual({
    trials: 8,
    needed: 8,
    allowance: { outside: 0.5, toBreak: 1, confidence: 0.95 },
  });
  const [{ proposed }] = bounds as [CalibrationResult["bounds"][0]];
  // The range of eight trials is the least and the most that any of them lost.
  const lost = Array.from({ length: 8 }, (_, index) => {
    const result = readFileSync(folder.file(`out/loose-trial-${index + 1}/result.json`), "utf8");
    return (JSON.parse(result) as Result).messages.lost;
  });
  const [min, max] = [Math.min(...lost), Math.max(...lost)];
  expect(proposed).toEqual({ min, max });
  expect(min).toBeGreaterThan(1);
  expect(readFileSync(file, "utf8")).toBe(
    `${loose.replace("min: 1, max: 1500", `min: ${min}, max: ${max}`)}calibrated: { trials: 8, outside: 50% }\n`,
  );
});

it("a calibration without possible support is rejected before any trial", async () => {
  const commented = loose.replace(
    "lost: { min: 1, max: 1500 }",
    "lost:\n    min: 1 # at least\n    max: 1500",
  );
  using folder = aFolder({
    "loose.yaml": loose,
    "commented.yaml": commented,
    "promise.yaml": loose.replace("{ min: 1, max: 1500 }", "{ max: 0 }"),
  });
  const calibrate = (...args: string[]) => lossbound(["calibrate", "--out", folder.file("out"), ...args]);

  const few = await calibrate("--trials", "20", folder.file("loose.yaml"));
  expect(few.stderr).toContain(
    "20 trials are too few for a verdict on one run that chance breaks at most once in 100",
  );
  expect(few.stderr).toContain(": 473 are needed");
  const three = await calibrate(
    "--repeat",
    "3",
    "--trials",
    "20",
    inRepository("scenarios", "consumer-kill.yaml"),
  );
  expect(three.stderr).toContain(
    "20 trials are too few for a verdict on 3 trials with 3 bounds that chance breaks",
  );
  // The number is in docs/statistics.md.
  expect(three.stderr).toContain(": 177 are needed");
  const rare = await calibrate("--false-alarms", "1/1000", "--trials", "4741", folder.file("loose.yaml"));
  expect(rare.stderr).toContain(": 4,742 are needed");
  const promise = await calibrate(folder.file("promise.yaml"));
  expect(promise.stderr).toContain("promise has no bound to calibrate");
  const unwritable = await calibrate("--write", folder.file("commented.yaml"));
  expect(unwritable.stderr).toContain("commented.yaml cannot be changed in place");
  for (const { code, stderr } of [few, three, rare, promise, unwritable]) {
    expect(code).toBe(64);
    expect(stderr).not.toContain("starting a broker");
  }
  expect(readFileSync(folder.file("commented.yaml"), "utf8")).toBe(commented);
});
