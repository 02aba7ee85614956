import { readFileSync } from "node:fs";

import { expect, it } from "vitest";

import type { Difference } from "../../../src/results/difference.js";
import type { Repeat } from "../../../src/results/repeat.js";
import { aFolder } from "../../support/a-folder.js";
import { lossbound } from "../../support/lossbound.js";

const shortHole = `# A black hole costs its time.
guarantee: at-most-once
producers: { rate: 1000/s, messages: 2500, overload: true }
faults:
  - { at: 300ms, for: 300ms, on: producer-link, toxic: timeout }
repeat: 4
expect: { lost: { min: 1, max: 2400 } }
`;

it(
  "a run that loses more than before, beyond chance, is broken although its bounds hold",
  { timeout: 240_000 },
  async () => {
    using before = aFolder({ "hole.yaml": shortHole });
    using now = aFolder({ "hole.yaml": shortHole.replace("for: 300ms", "for: 1500ms") });
    const first = await lossbound([
      "run",
      "--seed",
      "5",
      "--out",
      before.file("out"),
      before.file("hole.yaml"),
    ]);
    expect(first.code, first.stdout + first.stderr).toBe(0);

    // Four and four can be divided in 70 ways: a chance of 0.014.
    const asked = ["--seed", "6", "--false-alarms", "1/50", "--baseline", before.file("out")];
    const places = ["--junit", now.file("junit.xml"), "--out", now.file("out"), now.file("hole.yaml")];
    const gated = await lossbound(["run", "--json", ...asked, ...places]);
    expect(gated.code, gated.stderr).toBe(1);
    const [repeat] = JSON.parse(gated.stdout) as [Repeat];
    expect(repeat.bounds.map(({ verdict }) => verdict)).not.toContain("broken");
    expect(repeat).toMatchObject({
      verdict: "broken",
      reasons: ["it loses more for each fault than before"],
    });
    expect(readFileSync(now.file("junit.xml"), "utf8")).toContain("it loses more for each fault than before");
    // The files in the folder are what the trials report by themselves.
    expect(JSON.parse(readFileSync(now.file("out/hole.repeat.json"), "utf8"))).toMatchObject({
      verdict: "held",
    });

    const rule = ["--false-alarms", "1/50"];
    const worse = await lossbound([
      "diff",
      ...rule,
      "--json",
      before.file("out"),
      now.file("out/hole.repeat.json"),
    ]);
    expect(worse.code).toBe(1);
    const [difference] = JSON.parse(worse.stdout) as [Difference];
    expect(difference).toMatchObject({ scenario: "hole", per: "fault", verdict: "broken" });
    expect(difference.chance).toBeCloseTo(1 / 70, 9);
    const better = await lossbound(["diff", ...rule, now.file("out"), before.file("out")]);
    expect(better.code).toBe(0);
    expect(better.stdout).toMatch(/hole .* 4 runs .* 4 runs .*% +held/);
    const few = await lossbound([
      "diff",
      ...rule,
      before.file("out/hole-trial-1"),
      now.file("out/hole-trial-2"),
    ]);
    expect(few.stdout).toContain("hole-trial");
    expect(few.code).toBe(2);
  },
);
