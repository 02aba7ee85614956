import { readFileSync } from "node:fs";

import { expect, it } from "vitest";

import type { Repeat } from "../../../src/results/repeat.js";
import type { Result } from "../../../src/results/result.js";
import { seedOfTrial } from "../../../src/statistics/trial-seed.js";
import { aFolder } from "../../support/a-folder.js";
import { lossbound } from "../../support/lossbound.js";

const holds = `# A black hole of half a second costs its time, in each trial.
guarantee: at-most-once
producers: { rate: 1000/s, messages: 1500, overload: true }
faults:
  - { at: 500ms, for: 500ms, on: producer-link, toxic: timeout }
repeat: 3
expect: { lost: { min: 1, max: 1400 } }
`;

it(
  "trials share one environment, have separate seeds, and are judged together",
  { timeout: 240_000 },
  async () => {
    using folder = aFolder({ "thrice.yaml": holds });
    const [file, out] = [folder.file("thrice.yaml"), folder.file("out")];
    const { code, stdout, stderr } = await lossbound(["run", "--seed", "5", "--json", "--out", out, file]);

    const [repeat] = JSON.parse(stdout) as [Repeat];
    expect(repeat).toMatchObject({
      schema: "lossbound.repeat/1",
      scenario: "thrice",
      planned: 3,
      verdict: "held",
    });
    expect(code).toBe(0);
    expect(stderr.match(/starting a broker and Toxiproxy/g)).toHaveLength(1);
    expect(repeat.trials.map(({ seed }) => seed)).toEqual([1, 2, 3].map((number) => seedOfTrial(5, number)));
    expect(repeat.repeatWith).toContain(` run ${file} --seed 5 --repeat 3`);
    expect(JSON.parse(readFileSync(`${out}/thrice.repeat.json`, "utf8"))).toEqual(repeat);
    const lost = repeat.trials.map(({ scenario, number, repeatWith }) => {
      const result = JSON.parse(readFileSync(`${out}/${scenario}/result.json`, "utf8")) as Result;
      expect(result.trial).toEqual({ of: "thrice", number, firstSeed: 5 });
      expect(result.repeatWith).toBe(repeatWith);
      expect(repeatWith).toContain(` run ${file} --seed ${result.seed} --repeat 1`);
      return result.messages.lost;
    });
    expect(repeat.bounds[0]).toMatchObject({ name: "lost", outside: 0, judged: 3, toBreak: 1 });
    expect(repeat.bounds[0]!.mean!.mean).toBeCloseTo((lost[0]! + lost[1]! + lost[2]!) / 3, 9);
    expect(readFileSync(`${out}/report.html`, "utf8")).toContain("thrice: 3 of 3 trials");
  },
);

it("trials end early when the verdict is certain, and report that", { timeout: 240_000 }, async () => {
  using folder = aFolder({ "thrice.yaml": holds.replace("{ min: 1, max: 1400 }", "0") });
  const [file, out, xml] = [folder.file("thrice.yaml"), folder.file("out"), folder.file("junit.xml")];
  const { code, stdout } = await lossbound(["run", "--stop-early", "--junit", xml, "--out", out, file]);

  expect(code).toBe(1);
  expect(stdout).toContain("BROKEN  stopped after 1 of 3 trials: more trials cannot change the verdict");
  const repeat = JSON.parse(readFileSync(`${out}/thrice.repeat.json`, "utf8")) as Repeat;
  expect(repeat).toMatchObject({ verdict: "broken", planned: 3, stoppedEarly: true });
  expect(repeat.trials).toHaveLength(1);
  // For a gate, the trials are one result: that of the scenario.
  const report = readFileSync(xml, "utf8");
  expect(report).toContain('name="thrice"');
  expect(report).not.toContain("thrice-trial");
});
