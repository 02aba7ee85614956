import { mkdirSync, readFileSync, writeFileSync } from "node:fs";

import { expect, it } from "vitest";

import { LossboundError, errorsIn, exitCodeOf, messageOf } from "../../../src/base/errors.js";
import { curveFiles } from "../../../src/results/file-names.js";
import type { Curve } from "../../../src/results/curve.js";
import type { Result } from "../../../src/results/result.js";
import { sweepScenario } from "../../../src/library/sweep.js";
import { aFolder } from "../../support/a-folder.js";
import { lossbound } from "../../support/lossbound.js";

const scenario = `# A black hole costs its time.
guarantee: at-most-once
producers: { rate: [500/s, 2000/s], messages: 1500, overload: true }
faults:
  - { at: 1s, for: 1s, on: producer-link, toxic: timeout }
expect: { lost: exposed }
`;

it("a sweep runs a scenario at each rate, and reports the losses at each", { timeout: 240_000 }, async () => {
  using folder = aFolder({ "swept.yaml": scenario });
  const file = folder.file("swept.yaml");
  const command = ["sweep", "--seed", "5", "--repeats", "2", "--json", "--out", folder.file("out"), file];
  const { code, stdout, stderr } = await lossbound(command);

  const curve = JSON.parse(stdout) as Curve;
  expect(curve.points.map(({ value, runs }) => [value, runs.map(({ verdict }) => verdict)])).toEqual([
    [500, ["held", "held"]],
    [2000, ["held", "held"]],
  ]);
  expect(code).toBe(0);
  expect(stderr.match(/starting a broker and Toxiproxy/g)).toHaveLength(1);
  expect(curve.repeatWith).toContain(` sweep ${file} --seed 5 --repeats 2`);
  expect(JSON.parse(readFileSync(folder.file("out/swept.sweep.json"), "utf8"))).toEqual(curve);
  expect(readFileSync(folder.file("out/swept.sweep.csv"), "utf8").split("\n")).toHaveLength(4);

  for (const { value, runs, lostPerFault, lossRatio } of curve.points) {
    const results = runs.map(
      ({ scenario: name }) =>
        JSON.parse(readFileSync(folder.file(`out/${name}/result.json`), "utf8")) as Result,
    );
    expect(results.map(({ step }) => step)).toEqual([
      { sweep: "swept", of: "rate", value, repeat: 1 },
      { sweep: "swept", of: "rate", value, repeat: 2 },
    ]);
    expect(results.map(({ seed }) => seed)).toEqual([5, 6]);
    // The same three seconds of sending at each rate, one of them in the black hole.
    expect(results.map(({ messages }) => messages.sent)).toEqual([3 * value, 3 * value]);
    const lost = results.map(({ messages }) => messages.lost);
    expect(lostPerFault).toEqual({
      mean: (lost[0]! + lost[1]!) / 2,
      min: Math.min(...lost),
      max: Math.max(...lost),
    });
    const ratios = lost.map((count) => count / (3 * value));
    expect(lossRatio!.min).toBeCloseTo(Math.min(...ratios), 9);
    expect(lossRatio!.max).toBeCloseTo(Math.max(...ratios), 9);
    expect(lossRatio!.min).toBeGreaterThan(0);
  }
  expect(curvesIn(readFileSync(folder.file("out/report.html"), "utf8"))).toEqual([
    { sweep: "swept", of: "rate", points: curve.points },
  ]);
});

it(
  "a sweep of commits shows the cost of a kill by what each commit covers",
  { timeout: 240_000 },
  async () => {
    const kill = `# A kill costs the chunk.
guarantee: at-most-once
producers: { rate: 2000/s, messages: 4000, overload: true }
consumers: { commitEvery: [1, 10], handle: 1ms, sessionTimeout: 1s }
faults:
  - { when: after-commit, kill: consumer, restartAfter: 200ms, times: 2 }
expect: { lost: { max: 1% } }
`;
    using folder = aFolder({ "kill.yaml": kill });
    const places = ["--out", folder.file("out"), folder.file("kill.yaml")];
    const { code, stdout } = await lossbound(["sweep", "--seed", "5", "--repeats", "1", "--json", ...places]);

    const { of, points } = JSON.parse(stdout) as Curve;
    expect(of).toBe("commitEvery");
    expect(points.map(({ value, runs }) => [value, runs.map(({ verdict }) => verdict)])).toEqual([
      [1, ["held"]],
      [10, ["held"]],
    ]);
    expect(code).toBe(0);
    expect(points[0]!.lostPerFault!.mean).toBe(1);
    // The first chunk has just arrived; after the first kill, the next one is full.
    expect(points[1]!.lostPerFault!.mean).toBeGreaterThanOrEqual(5.5);
    expect(points[1]!.lostPerFault!.mean).toBeLessThanOrEqual(10);
  },
);

it(
  "a sweep reports that its curve cannot be written, in addition to the reason for its end",
  { timeout: 120_000 },
  async () => {
    using folder = aFolder({ "swept.yaml": scenario });
    const out = folder.file("out");
    const interruption = new AbortController();
    const sweeping = sweepScenario(folder.file("swept.yaml"), {
      seed: 5,
      repeats: 1,
      out,
      signal: interruption.signal,
      onResult: () => {
        // Another program replaces the curve by a folder, and then the sweep is interrupted.
        mkdirSync(curveFiles(out, "swept")[0]);
        interruption.abort(new LossboundError("INTERRUPTED", "interrupted by SIGINT"));
      },
    });
    const thrown: unknown = await sweeping.then(
      () => undefined,
      (error: unknown) => error,
    );
    expect(errorsIn(thrown).map(messageOf)).toEqual([
      "interrupted by SIGINT",
      expect.stringMatching(/^cannot write the curve: EISDIR/),
    ]);
    expect(exitCodeOf(thrown)).toBe(130);
  },
);

it("lossbound rejects a sweep as a run, and a run as a sweep, before anything starts", async () => {
  using folder = aFolder({
    "swept.yaml": scenario,
    "single.yaml": scenario.replace("[500/s, 2000/s]", "500/s"),
  });
  const swept = folder.file("swept.yaml");
  const out = ["--out", folder.file("out")];

  const run = await lossbound(["run", ...out, swept]);
  expect(run.code).toBe(64);
  expect(run.stderr).toContain(
    "swept names several values of rate (500, 2000): `lossbound sweep` runs it at each",
  );

  const single = await lossbound(["sweep", ...out, folder.file("single.yaml")]);
  expect(single.code).toBe(64);
  expect(single.stderr).toContain("single names nothing to vary");

  writeFileSync(folder.file("swept.sweep.csv"), "not a curve\n");
  const foreign = await lossbound(["sweep", "--out", folder.file("."), swept]);
  expect(foreign.code).toBe(64);
  expect(foreign.stderr).toContain("swept.sweep.csv exists and is not the result of a sweep");
  expect(readFileSync(folder.file("swept.sweep.csv"), "utf8")).toBe("not a curve\n");
  for (const { stderr } of [run, single, foreign]) expect(stderr).not.toContain("starting a broker");
});

/** The sweeps that the page of a folder draws. */
function curvesIn(page: string): unknown {
  const [, text] = /id="runs-data">(.*?)<\/script>/s.exec(page)!;
  return (JSON.parse(text!) as { curves: unknown }).curves;
}
