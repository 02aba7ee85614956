import { describe, expect, it } from "vitest";

import { Exporter } from "../../src/metrics/exporter.js";
import { parseScenario } from "../../src/scenario/read.js";
import { sweepScenario } from "../../src/sweep-scenario.js";
import { openLaboratory } from "../run/on-local.js";
import { toolForTests } from "../support/tools.js";
import { ask } from "./ask.js";
import { type Asking, queries } from "./queries.js";
import { watch } from "./watch.js";

const command = toolForTests("prometheus");

const scenario = parseScenario(
  `
guarantee: at-most-once
producers: { rate: [500/s, 1000/s, 2000/s], messages: 1500 }
consumers: { count: 1, sessionTimeout: 1s }
faults:
  - { at: 1s, for: 1s, on: producer-link, toxic: timeout }
expect: { lost: { min: 100 } }
`,
  "swept.yaml",
);

describe.skipIf(command === undefined)("the curve of a sweep", () => {
  it("has a point a step of load, joined by step, where the sweep has it", async () => {
    await using lab = await openLaboratory();
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
    const { points } = await sweepScenario(scenario, settings);
    await watching.until('count(lossbound_run_verdict{verdict="held"} == 1) == 3');

    const lately: Asking = { step: 1, range: 300, scrapeInterval: 1 };
    const curve = queries.filter(({ where }) =>
      where.includes("How does the loss grow with the throughput?"),
    );
    const [sent, lost] = await Promise.all(
      curve.map((query) => ask(watching.prometheus.url, query, lately, Date.now())),
    );
    const join = sent!.map(({ labels, values }) => ({
      step: labels["step"],
      sentPerSecond: values[0],
      lossRatio: lost!.find((other) => other.labels["step"] === labels["step"])?.values[0],
    }));

    expect(curve.length).toBe(2);
    expect(join.toSorted((one, other) => Number(one.step) - Number(other.step))).toEqual(
      points.map(({ value, sentPerSecond, lossRatio }) => ({
        step: String(value),
        sentPerSecond: sentPerSecond!.mean,
        lossRatio: lossRatio!.mean,
      })),
    );
    expect(points.every(({ lossRatio }) => lossRatio!.mean > 0.2)).toBe(true);
  });
});
