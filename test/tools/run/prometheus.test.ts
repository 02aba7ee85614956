import { afterAll, beforeAll, describe, expect, it } from "vitest";

import { startPrometheus } from "../../../src/environment/monitoring/prometheus.js";
import { waitUntil } from "../../../src/base/wait.js";
import { catalogue } from "../../../src/metrics/catalogue.js";
import { Exporter } from "../../../src/metrics/exporter.js";
import { serveMetrics } from "../../../src/metrics/server.js";
import { makePlan } from "../../../src/plan/plan.js";
import { parseScenario } from "../../../src/scenario/file/read.js";
import { type Series, totalsIn, totalsOf } from "../../support/series.js";
import { toolForTests } from "../../support/tools.js";
import { type Laboratory, openLaboratory } from "../../support/laboratory.js";

const command = toolForTests("prometheus");

const name = "scraped";
const yaml = `
guarantee: at-most-once
topic: { partitions: 2 }
producers: { count: 1, rate: 2000/s, messages: 20000, overload: true }
consumers: { count: 2, commitEvery: 50, handle: 0ms, sessionTimeout: 1s }
faults:
  - { at: 3s, on: producer-link, toxic: timeout, for: 2s }
  - { when: after-commit, kill: consumer, worker: 0, restartAfter: 300ms }
expect: { lost: exposed }
`;

describe.skipIf(command === undefined)("a Prometheus that scrapes a run", () => {
  let lab: Laboratory;
  beforeAll(async () => {
    lab = await openLaboratory();
  });
  afterAll(() => lab?.[Symbol.asyncDispose]());

  it("has every series from the first scrape, the ledger's totals at the end, and the rates in between", async () => {
    const { signal } = new AbortController();
    const exporter = new Exporter("kafkajs");
    exporter.announce(makePlan(parseScenario(yaml, `${name}.yaml`), 1));
    await using server = await serveMetrics(exporter, { host: "127.0.0.1", port: 0 });
    const { host } = new URL(server.url);
    await using prometheus = await startPrometheus(lab.environment, {
      command: command!,
      targets: [host],
      everyMs: 250,
      signal,
    });
    const all = `{job="lossbound", __name__=~"lossbound_.*"}`;
    const look = async (): Promise<Series> => {
      const samples = await prometheus.query(all);
      return new Map(
        samples.map(({ labels: { __name__, job: _, instance: __, ...labels }, value }) => {
          const pairs = Object.entries(labels).map(([label, text]) => `${label}="${text}"`);
          return [`${__name__}{${pairs.join(",")}}`, [value]];
        }),
      );
    };
    const first = await waitUntil("a first scrape", async () => sizeOf(await look()), { limitMs: 20_000 });

    const result = await lab.run(name, yaml, { exporter });
    expect(await server.nextScrape(20_000, signal)).toBe(true);
    const last = await waitUntil("the totals", async () => ifVerdict(await look()), { limitMs: 20_000 });

    expect(result.verdict, result.reasons.join("; ")).toBe("held");
    expect(totalsIn(last)).toEqual(totalsOf(result));
    const late = [...last.keys()].filter((key) => !first.has(key));
    expect(late).toEqual([expect.stringMatching(/^lossbound_run_info\{/)]);
    const families = new Set([...last.keys()].map((key) => key.replace(/(_bucket|_sum|_count)?\{.*/, "")));
    expect([...families].toSorted()).toEqual(
      Object.values(catalogue)
        .map((metric) => metric.name)
        .toSorted(),
    );

    const { sent, processed, lost } = result.messages;
    const increase = async (metric: string): Promise<number> => {
      const [sample] = await prometheus.query(`sum(increase(${metric}[2m]))`);
      return sample!.value;
    };
    expect(Math.abs((await increase("lossbound_messages_sent_total")) - sent) / sent).toBeLessThan(0.05);
    expect(
      Math.abs((await increase("lossbound_messages_processed_total")) - processed) / processed,
    ).toBeLessThan(0.05);
    expect(Math.abs((await increase("lossbound_messages_lost_total")) - lost) / lost).toBeLessThan(0.05);
    // The peak rate must match the busiest seconds of the run, since a busy machine may miss the
    // planned rate.
    const [rate] = await prometheus.query(
      "max_over_time(sum(rate(lossbound_messages_sent_total[3s]))[2m:1s])",
    );
    const seconds = result.timeline.map((second) => second.sent);
    expect(rate!.value).toBeGreaterThan(0.85 * Math.max(...meansOf(3, seconds)));
    expect(rate!.value).toBeLessThan(1.15 * Math.max(...meansOf(2, seconds)));
    const [fault] = await prometheus.query(`max_over_time(lossbound_fault_active{fault="timeout"}[2m])`);
    expect(fault!.value).toBe(1);
    const [until] = await prometheus.query("max_over_time(lossbound_run_until_timestamp_seconds[2m])");
    expect(until!.value).toBeCloseTo(Date.parse(result.startedAt) / 1000 + 10, 2);
  });
});

/** Returns the mean of each group of this many neighbours. */
function meansOf(neighbours: number, values: readonly number[]): number[] {
  return values
    .slice(neighbours - 1)
    .map((_, at) => values.slice(at, at + neighbours).reduce((sum, value) => sum + value, 0) / neighbours);
}

function sizeOf(series: Series): Series | undefined {
  return series.size > 0 ? series : undefined;
}

function ifVerdict(series: Series): Series | undefined {
  return [...series].some(([key, [value]]) => key.startsWith("lossbound_run_verdict{") && value === 1)
    ? series
    : undefined;
}
