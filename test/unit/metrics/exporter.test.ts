import { describe, expect, it } from "vitest";

import { Measuring } from "../../../src/experiment/live/measure.js";
import { Exporter } from "../../../src/metrics/exporter.js";
import { factsOf, valuesBefore } from "../../../src/metrics/values.js";
import type { PlannedFault } from "../../../src/plan/plan.js";
import { noLoss } from "../../support/a-result.js";
import { lastBy, readSeries } from "../../support/series.js";
import { finished, planOf } from "../../support/finished-run.js";

it("a step has the faults of all its repeats, and the means over the judged ones", async () => {
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
  const repeats = [0, 1].map((index) => ({
    ...judged,
    plan: ofKill(index),
    result: {
      ...judged.result,
      lossRatio: [0.1, 0.4][index]!,
      throughput: { sentPerSecond: 1000 + 500 * index, processedPerSecond: 800 + 100 * index },
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

it("the loss per fault of a step is the mean of the repeats in which a fault hit something", async () => {
  const exporter = new Exporter("kafkajs");
  const judged = await finished("swept", 100);
  const fault = {
    on: "consumer 0",
    kind: "kill",
    appliedAt: 100,
    healedAt: 400,
    probe: null,
    lostBy: noLoss(),
    exposed: null,
  };
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

it("the step label of a run outside a sweep is never a value of a sweep", async () => {
  const exporter = new Exporter("kafkajs");
  exporter.announce(planOf("alone", 100));
  const sweep = { sweep: "swept", of: "commitEvery", value: 1, repeat: 1 } as const;
  const { scenario, ...plan } = planOf("swept-1-1", 200);
  exporter.announce({ ...plan, scenario: { ...scenario, step: sweep } });

  const planned = lastBy(readSeries(await exporter.render()), "lossbound_messages_planned", "step");
  expect(planned).toEqual({ none: 100, "1": 200 });
});

it("a run announces until when it exposes metrics: until it has sent everything, or +Inf if it lingers", async () => {
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

  // 100 messages at 100/s take one second.
  expect(await looks(false, [])).toEqual([0, 0, 6, 0, 0]);
  expect(await looks(false, [{ ...kill, restartAfter: 300 }])).toEqual([0, 0, 6, 0, 0]);
  expect(await looks(false, [kill])).toEqual([0, 0, 0, 0, 0]);
  expect(await looks(true, [kill])).toEqual([0, Infinity, Infinity, 0, 0]);
});

describe("a fault that is shorter than the scrape interval", () => {
  const facts = factsOf({ kind: "local", broker: "", proxy: "", node: "" });

  /** A run in which the test applies and heals faults. */
  async function aRunWithFaults() {
    const judged = await finished("faulted", 100);
    const kill = {
      kind: "kill" as const,
      role: "consumer" as const,
      trigger: { kind: "at" as const, ms: 100 },
      restartAfter: 300,
    };
    const faults = [
      { ...kill, index: 0, times: 2, every: 0, targets: [0, 0] },
      { ...kill, index: 1, times: 1, every: 0, targets: [1] },
    ];
    const plan = { ...judged.plan, faults } as typeof judged.plan;
    const exporter = new Exporter("kafkajs");
    exporter.announce(plan);
    const begin = () => {
      const [active, fallen] = [new Set<string>(), new Set<string>()];
      const measuring = new Measuring({
        plan,
        crew: { lives: [] },
        faults: { active, fallen },
        log: undefined,
      });
      const run = exporter.begin(plan, facts, () => measuring.read({ phase: "sending", startedAt: 0 }));
      return {
        run,
        falls: (key: string) => {
          active.add(key);
          fallen.add(key);
        },
        heals: (key: string) => active.delete(key),
      };
    };
    const scrape = async (scraper: string, isGiven = true): Promise<number[]> => {
      const { text, given } = await exporter.scrape(scraper);
      if (isGiven) given();
      return Object.values(lastBy(readSeries(text), "lossbound_fault_active", "on"));
    };
    const now = async (): Promise<number[]> =>
      Object.values(lastBy(readSeries(await exporter.render()), "lossbound_fault_active", "on"));
    return { exporter, judged: { ...judged, plan }, begin, scrape, now };
  }

  it("is in the next scrape of each known scraper, once, and not in the first scrape of a new one", async () => {
    const { begin, scrape, now } = await aRunWithFaults();
    const { falls, heals } = begin();
    for (const scraper of ["one", "other"]) expect(await scrape(scraper)).toEqual([0, 0]);
    falls("f0-0");
    heals("f0-0");

    expect(await now()).toEqual([0, 0]);
    expect(await scrape("one")).toEqual([1, 0]);
    expect(await scrape("one")).toEqual([0, 0]);
    expect(await scrape("late")).toEqual([0, 0]);
    expect(await scrape("other")).toEqual([1, 0]);
    expect(await scrape("other")).toEqual([0, 0]);

    // Another occurrence of the same series counts again.
    falls("f0-1");
    heals("f0-1");
    expect(await scrape("one")).toEqual([1, 0]);
    expect(await scrape("one")).toEqual([0, 0]);
  });

  it("is reported again, when the response was not delivered", async () => {
    const { begin, scrape } = await aRunWithFaults();
    const { falls, heals } = begin();
    await scrape("one");
    falls("f1-0");
    heals("f1-0");
    expect(await scrape("one", false)).toEqual([0, 1]);
    expect(await scrape("one")).toEqual([0, 1]);
    expect(await scrape("one")).toEqual([0, 0]);
  });

  it("and a longer one are reported from the first scrape in it to the first one after it", async () => {
    const { begin, scrape, now } = await aRunWithFaults();
    const { falls, heals } = begin();
    await scrape("one");
    falls("f1-0");
    expect([await scrape("one"), await scrape("one"), await now()]).toEqual([
      [0, 1],
      [0, 1],
      [0, 1],
    ]);
    heals("f1-0");
    expect([await now(), await scrape("one"), await scrape("one")]).toEqual([
      [0, 0],
      [0, 1],
      [0, 0],
    ]);
  });

  it("is reported after its run has ended, and after the next one has begun", async () => {
    const { exporter, judged, begin, scrape, now } = await aRunWithFaults();
    await scrape("one");
    const first = begin();
    first.falls("f0-0");
    first.heals("f0-0");
    exporter.finish({
      ...judged,
      faults: judged.faults.slice(0, 1).map((fault) => ({ ...fault, fault: 0, occurrence: 0 })),
    });
    expect(await now()).toEqual([0, 0]);
    const second = begin();
    expect(await scrape("one")).toEqual([1, 0]);
    expect(await scrape("one")).toEqual([0, 0]);

    // The same occurrence as in the previous run.
    second.falls("f0-0");
    second.heals("f0-0");
    second.run[Symbol.dispose]();
    begin();
    expect(await scrape("one")).toEqual([1, 0]);
    expect(await scrape("one")).toEqual([0, 0]);
  });
});
