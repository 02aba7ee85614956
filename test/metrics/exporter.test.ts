import { expect, it } from "vitest";

import { Exporter } from "../../src/metrics/exporter.js";
import { valuesBefore } from "../../src/metrics/values.js";
import type { PlannedFault } from "../../src/plan/plan.js";
import { lastBy, readSeries } from "../support/series.js";
import { finished, planOf } from "./finished.js";

it("a step has the faults of all its repeats, and the mean of what those that are judged have found", async () => {
  const exporter = new Exporter("kafkajs");
  const judged = await finished("swept", 100);
  const ofKill = (target: number) =>
    ({
      ...judged.plan,
      faults: [
        {
          kind: "kill" as const,
          role: "consumer" as const,
          index: 0,
          times: 1,
          every: 0,
          trigger: { kind: "at" as const, ms: 100 },
          targets: [target],
          restartAfterMs: 300,
        },
      ],
    }) as unknown as typeof judged.plan;
  const repeats = [0, 1].map((place) => ({
    ...judged,
    plan: ofKill(place),
    result: {
      ...judged.result,
      lossRatio: [0.1, 0.4][place]!,
      throughput: { sentPerSecond: 1000 + 500 * place, processedPerSecond: 800 + 100 * place },
    },
  }));
  const look = async () => {
    const series = readSeries(await exporter.render());
    const one = (name: string) => lastBy(series, `lossbound_step_${name}`)[""];
    expect(lastBy(series, "lossbound_fault_active", "on")).toEqual({ "consumer 0": 0, "consumer 1": 0 });
    return [one("loss_ratio"), one("sent_per_second"), one("processed_per_second")];
  };

  for (const { plan } of repeats) exporter.announce(plan);
  expect(await look()).toEqual([0, 0, 0]);
  exporter.finish(repeats[0]!);
  expect(await look()).toEqual([0.1, 1000, 800]);
  exporter.announce(repeats[1]!.plan);
  expect(await look()).toEqual([0.1, 1000, 800]);
  exporter.finish(repeats[1]!);
  expect(await look()).toEqual([0.25, 1250, 850]);
});

it("what a fault costs at a step is the mean of the repeats in which one hit something", async () => {
  const exporter = new Exporter("kafkajs");
  const judged = await finished("swept", 100);
  const fault = { on: "consumer 0", kind: "kill", appliedAt: 100, healedAt: 400, probe: null };
  const finish = async (lost: number, touched: readonly number[]) => {
    const messages = { ...judged.result.messages, lost };
    const faults = touched.map((each) => ({ ...fault, touched: each }));
    exporter.finish({ ...judged, result: { ...judged.result, messages, faults } });
    return lastBy(readSeries(await exporter.render()), "lossbound_step_lost_per_fault")[""];
  };

  expect(await finish(7, [0])).toBe(0);
  expect(await finish(60, [1, 0, 1])).toBe(30);
  expect(await finish(10, [1])).toBe(20);
  expect(await finish(7, [])).toBe(20);
});

it("the step of a run that is in no sweep is no value that a sweep may have", async () => {
  const exporter = new Exporter("kafkajs");
  exporter.announce(planOf("alone", 100));
  const sweep = { sweep: "swept", of: "commitEvery", value: 1, repeat: 1 } as const;
  const { scenario, ...plan } = planOf("swept-1-1", 200);
  exporter.announce({ ...plan, scenario: { ...scenario, step: sweep } });

  const planned = lastBy(readSeries(await exporter.render()), "lossbound_messages_planned", "step");
  expect(planned).toEqual({ none: 100, "1": 200 });
});

it("a run says until when it is to be heard of: as long as it sends, or until its end was scraped", async () => {
  const judged = await finished("watched", 100);
  const { plan } = judged;
  const kill = {
    kind: "kill",
    role: "producer",
    worker: undefined,
    index: 0,
    times: 1,
    every: 0,
    trigger: { kind: "at", ms: 100 },
    targets: [0],
    restartAfter: undefined,
  } satisfies PlannedFault;
  const facts = { version: "1", environment: "local", broker: "", proxy: "", node: "" };
  const looks = async (lingers: boolean, faults: typeof plan.faults): Promise<unknown[]> => {
    const exporter = new Exporter("kafkajs", { lingers });
    const look = async () =>
      lastBy(readSeries(await exporter.render()), "lossbound_run_until_timestamp_seconds")[""];
    const planned = { ...plan, faults };
    const seen = [];
    exporter.announce(planned);
    seen.push(await look());
    for (const startedAt of [0, 5000]) {
      const measures = { ...valuesBefore(planned), phase: "sending" as const, startedAt };
      using _run = exporter.begin(planned, facts, () => measures);
      seen.push(await look());
    }
    seen.push(await look());
    exporter.finish(judged);
    return [...seen, await look()];
  };

  // 100 messages at 100/s take a second.
  expect(await looks(false, [])).toEqual([0, 0, 6, 0, 0]);
  expect(await looks(false, [{ ...kill, restartAfter: 300 }])).toEqual([0, 0, 6, 0, 0]);
  expect(await looks(false, [kill])).toEqual([0, 0, 0, 0, 0]);
  expect(await looks(true, [kill])).toEqual([0, Infinity, Infinity, 0, 0]);
});
