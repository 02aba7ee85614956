import { afterAll, beforeAll, describe, expect, it } from "vitest";

import { Exporter } from "../../../src/metrics/exporter.js";
import type { CurvePoint } from "../../../src/results/curve.js";
import { parseScenario } from "../../../src/scenario/file/read.js";
import { sweepScenario } from "../../../src/library/sweep.js";
import { type Laboratory, openLaboratory } from "../../support/laboratory.js";
import { toolForTests } from "../../support/tools.js";
import { ask } from "./ask.js";
import { type Asking, queries } from "../../support/dashboard-queries.js";
import { watch } from "./watch.js";

const command = toolForTests("prometheus");

type Half = {
  yaml: string;
  /** The panel that shows it, and the series of its axes. */
  panel: string;
  x: keyof Spreads;
  y: keyof Spreads;
  isRight: (y: readonly number[]) => boolean;
};
type Spreads = Pick<CurvePoint, "lossRatio" | "lostPerFault" | "sentPerSecond" | "processedPerSecond">;

const producers: Half = {
  yaml: `
guarantee: at-most-once
producers: { rate: [500/s, 1000/s, 2000/s], messages: 1500, overload: true }
consumers: { count: 1, sessionTimeout: 1s }
faults:
  - { at: 1s, for: 1s, on: producer-link, toxic: timeout }
expect: { lost: exposed }
`,
  panel: "How does the loss grow with the throughput?",
  x: "sentPerSecond",
  y: "lossRatio",
  isRight: (shares) => shares.every((share) => share > 0),
};

/** A consumer that is killed after its commit loses what the commit covered. */
const consumers: Half = {
  yaml: `
guarantee: at-most-once
producers: { rate: 5000/s, messages: 10000, overload: true }
consumers: { count: 1, commitEvery: [1, 10, 40], handle: 0ms, sessionTimeout: 1s }
faults:
  - { when: after-commit, kill: consumer, times: 2, restartAfter: 300ms }
expect: { lost: { min: 2 } }
`,
  panel: "What does throughput cost per fault?",
  x: "processedPerSecond",
  y: "lostPerFault",
  isRight: ([one, ten, forty]) => one === 1 && ten! > one && ten! <= 10 && forty! > ten! && forty! <= 40,
};

describe.skipIf(command === undefined)("the curve of a sweep", () => {
  let lab: Laboratory;
  beforeAll(async () => {
    lab = await openLaboratory();
  });
  afterAll(() => lab?.[Symbol.asyncDispose]());

  it.each([
    ["rates", producers],
    ["commits", consumers],
  ])("of %s has a point per step, with the values of the sweep", async (of, half) => {
    const exporter = new Exporter("kafkajs");
    await using watching = await watch(lab, exporter, command!);
    const settings = {
      environment: "external",
      brokers: lab.environment.bootstrap,
      toxiproxy: lab.environment.toxiproxy,
      out: lab.out,
      seed: 1,
      repeats: 1,
      exporter,
    } as const;
    const { points } = await sweepScenario(parseScenario(half.yaml, `swept-${of}.yaml`), settings);
    await watching.until('count(lossbound_run_verdict{verdict="held"} == 1) == 3');

    const lately: Asking = { step: 1, range: 300, scrapeInterval: 1 };
    const curve = queries.filter(({ where }) => where.includes(` / ${half.panel} / `));
    const [x, y] = await Promise.all(
      curve.map((query) => ask(watching.prometheus.url, query, lately, Date.now())),
    );
    const joined = x!.map(({ labels, values }) => ({
      step: labels["step"],
      x: values[0],
      y: y!.find((other) => other.labels["step"] === labels["step"])?.values[0],
    }));

    expect(curve.length).toBe(2);
    expect(joined.toSorted((one, other) => Number(one.step) - Number(other.step))).toEqual(
      points.map((point) => ({
        step: String(point.value),
        x: point[half.x]!.mean,
        y: point[half.y]!.mean,
      })),
    );
    const shown = points.map((point) => point[half.y]!.mean);
    expect(half.isRight(shown), shown.join(", ")).toBe(true);
  });
});
