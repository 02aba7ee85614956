import { mkdirSync, readFileSync } from "node:fs";
import { join } from "node:path";

import { afterAll, beforeAll, describe, expect, it } from "vitest";

import { judgeStored } from "../../../src/library/judge.js";
import { sumOf as histogramSum } from "../../../src/ledger/box/histogram.js";
import { type Metric, catalogue } from "../../../src/metrics/catalogue.js";
import { courseName } from "../../../src/metrics/course.js";
import { Exporter } from "../../../src/metrics/exporter.js";
import { makePlan } from "../../../src/plan/plan.js";
import { parseScenario } from "../../../src/scenario/file/read.js";
import { everStoredOf, lookLast, measurableOf, measuredIn } from "../../support/last-look.js";
import {
  type Series,
  backwardsIn,
  bookedIn,
  bookedOf,
  lastBy,
  readSeries,
  sumOf,
  totalsIn,
  totalsOf,
} from "../../support/series.js";
import { run } from "../../support/run-program.js";
import { toolForTests } from "../../support/tools.js";
import { type Laboratory, openLaboratory } from "../../support/laboratory.js";

/** Names of metrics without a time of their own, which the course has once. */
const timeless = Object.values<Metric>(catalogue)
  .filter((metric) => metric.timeless)
  .map(({ name }) => name);

const load = `
topic: { partitions: 2 }
producers: { count: 2, rate: 2000/s, messages: 6000, overload: true }
consumers: { count: 2, commitEvery: 20, handle: 1ms, sessionTimeout: 1s, partitionsConsumedConcurrently: 2 }
`;
const kills = `
  - { when: { handling: { message: 11, of: 20 } }, kill: consumer, worker: 0, restartAfter: 300ms }
  - { when: after-commit, kill: consumer, worker: 1, restartAfter: 300ms }
`;

/**
 * One run of each kind: with losses by kills and on the link, with duplicates, and with neither.
 */
const runs: Record<string, string> = {
  "at-most-once": `
guarantee: at-most-once
${load}
faults:
  - { at: 500ms, on: producer-link, toxic: timeout, for: 500ms }
  ${kills}
expect: { lost: { min: 10 }, lostBy: { in-transit: { min: 1% } } }
`,
  "at-least-once": `
guarantee: at-least-once
${load}
faults: ${kills}
expect: { lost: 0, duplicated: { min: 1 } }
`,
  "effectively-once": `
guarantee: effectively-once
${load}
faults: ${kills}
expect: { lost: 0, duplicated: 0 }
`,
};

/** Reads the metrics until told to stop, like a scraper with a short interval. */
function lookAgainAndAgain(exporter: Exporter): { looks: Series[]; stop(): Promise<void> } {
  const looks: Series[] = [];
  let pending = Promise.resolve();
  const timer = setInterval(() => {
    pending = exporter.render().then((text) => void looks.push(readSeries(text)));
  }, 100);
  return {
    looks,
    stop: async () => {
      clearInterval(timer);
      await pending;
    },
  };
}

const promtool = toolForTests("promtool");

/**
 * The output of `promtool tsdb dump`: the name is a label, and a series' samples are in order of
 * time.
 */
function readDump(text: string): Series {
  const lines = text.split("\n").map((line) => {
    const [, name, labels, value] = /^\{__name__="(\w+)", (.*)\} (\S+) \d+$/.exec(line) ?? [];
    return name === undefined ? "" : `${name}{${labels!.replaceAll('", ', '",')}} ${value}`;
  });
  return readSeries(lines.join("\n"));
}

describe("the metrics of a run", () => {
  let lab: Laboratory;
  beforeAll(async () => {
    lab = await openLaboratory();
  });
  afterAll(() => lab[Symbol.asyncDispose]());

  it.each(Object.entries(runs))(
    "under %s begin at 0, never decrease, end with the ledger's values, and leave the course of the run",
    async (name, yaml) => {
      const exporter = new Exporter("kafkajs");
      exporter.announce(makePlan(parseScenario(yaml, `${name}.yaml`), 1));
      const first = readSeries(await exporter.render());
      const looks = lookLast(exporter);
      (await exporter.scrape("a slow one")).given();
      const scraper = lookAgainAndAgain(exporter);
      const result = await lab.run(name, yaml, { exporter });
      await scraper.stop();
      const last = readSeries(await exporter.render());

      expect(result.verdict, result.reasons.join("; ")).toBe("held");
      expect(totalsIn(last)).toEqual(totalsOf(result));
      expect(sumOf(lastBy(last, "lossbound_messages_stored_total"))).toBe(result.messages.stored);
      const look = looks.get(name)!;
      expect(measuredIn(look)).toEqual(measurableOf(look));
      const { ledger } = await judgeStored(join(lab.out, name));
      const { joins, commitsAcknowledged: acknowledged, commitsFailed: failed } = ledger.group;
      expect(acknowledged).toBeGreaterThan(100);
      expect(lastBy(last, "lossbound_offset_commits_total", "result")).toEqual({ acknowledged, failed });
      expect(lastBy(last, "lossbound_group_joins_total")[""]).toBe(joins);
      const latency = "lossbound_end_to_end_latency_seconds";
      const measured = ledger.processing.latencyUs.reduce((sum, count) => sum + count, 0);
      expect(measured).toBeGreaterThanOrEqual(result.messages.processed);
      expect(lastBy(last, `${latency}_count`)[""]).toBe(measured);
      expect(lastBy(last, `${latency}_sum`)[""]).toBe(histogramSum(ledger.processing.latencyUs) / 1e6);
      const buckets = lastBy(last, `${latency}_bucket`, "le");
      expect(buckets["+Inf"]).toBe(measured);
      // Each bucket includes the smaller ones, and the result's quantiles are in the matching
      // buckets.
      const below = (ms: number): number => {
        const edges = Object.entries(buckets).filter(
          ([le]) => Number(le.replace("+Inf", "Infinity")) * 1000 >= ms,
        );
        return Math.min(...edges.map(([, count]) => count)) / measured;
      };
      expect(below(result.latencyMs.p50)).toBeGreaterThanOrEqual(0.5);
      expect(below(result.latencyMs.p99)).toBeGreaterThanOrEqual(0.99);
      expect(sumOf(lastBy(last, "lossbound_fault_active", "on"))).toBe(0);

      // Every series exists from the start at 0, except those of the plan and those that are known
      // later.
      const late = [...last.keys()].filter((key) => !first.has(key));
      expect(late).toEqual([expect.stringMatching(/^lossbound_run_info\{/)]);
      const above = [...first].filter(([, [value]]) => value !== 0).map(([key]) => key.replace(/\{.*/, ""));
      expect([...new Set(above)].toSorted()).toEqual(
        name === "at-most-once"
          ? ["lossbound_loss_bound", "lossbound_messages_planned"]
          : expect.arrayContaining(["lossbound_messages_planned"]),
      );

      // Live counters rise long before the end, and none decreases.
      const all = [first, ...scraper.looks, last];
      const inTime = [...first.keys()].map((key) => [key, all.map((one) => one.get(key)![0]!)] as const);
      expect(backwardsIn(new Map(inTime))).toEqual([]);
      const middle = scraper.looks.filter(
        (look) => lastBy(look, "lossbound_run_phase", "phase")["sending"] === 1,
      );
      for (const what of ["sent", "accepted", "stored", "received", "processed"]) {
        const values = middle.map((look) => sumOf(lastBy(look, `lossbound_messages_${what}_total`)));
        const atTheEnd = sumOf(lastBy(last, `lossbound_messages_${what}_total`));
        // A counter that is set only at the end has two values, 0 and the total.
        expect(new Set(values).size, `${what}: ${values}`).toBeGreaterThan(2);
        expect(
          values.some((value) => value > 0 && value < atTheEnd),
          `${what}: ${values}`,
        ).toBe(true);
      }
      expect(middle.some((one) => sumOf(lastBy(one, "lossbound_fault_active", "on")) > 0)).toBe(true);

      // All faults started and ended between two scrapes by this scraper.
      const { text, given } = await exporter.scrape("a slow one");
      given();
      expect(new Set(Object.values(lastBy(readSeries(text), "lossbound_fault_active", "on")))).toEqual(
        new Set([1]),
      );
      const next = readSeries((await exporter.scrape("a slow one")).text);
      expect(sumOf(lastBy(next, "lossbound_fault_active", "on"))).toBe(0);

      const course = readSeries(readFileSync(join(lab.out, name, courseName), "utf8"));
      expect(totalsIn(course)).toEqual(totalsOf(result));
      expect(bookedIn(course)).toEqual(bookedOf(result, everStoredOf(look)));
      expect(backwardsIn(course)).toEqual([]);
      // After the sample at the start of the run, which is before the first message.
      const lost = course.get([...course.keys()].find((key) => key.includes('cause="in-transit"'))!)!;
      const sums = [0, 0];
      for (const { lostBy } of result.timeline) sums.push(sums.at(-1)! + lostBy["in-transit"]);
      expect(lost.slice(0, sums.length)).toEqual(sums);
      expect(lost.at(-1)! > 0).toBe(name === "at-most-once");
      const samplesOf = (key: string): number =>
        timeless.some((one) => key.startsWith(one)) ? 1 : lost.length;
      expect([...course].filter(([key, values]) => values.length !== samplesOf(key))).toEqual([]);
      expect([...course].find(([key]) => key.includes('phase="starting"'))![1][0]).toBe(1);
    },
  );

  it.skipIf(promtool === undefined)(
    "are accepted by promtool, both the text and the course, with the same totals",
    async () => {
      const name = "at-least-once";
      const exporter = new Exporter("kafkajs");
      const result = await lab.run(name, runs[name]!, { exporter });
      const folder = join(lab.out, name);
      const checked = await run(promtool!, ["check", "metrics"], { input: await exporter.render() });
      expect(checked).toEqual({ code: 0, stdout: "", stderr: "" });

      const blocks = join(folder, "blocks");
      const loaded = await run(promtool!, [
        "tsdb",
        "create-blocks-from",
        "openmetrics",
        join(folder, courseName),
        blocks,
      ]);
      expect(loaded.code, loaded.stderr).toBe(0);
      // promtool looks for one, and a folder with blocks only does not have it.
      mkdirSync(join(blocks, "wal"));
      const dumped = await run(promtool!, ["tsdb", "dump", blocks]);
      expect(totalsIn(readDump(dumped.stdout))).toEqual(totalsOf(result));
    },
  );
});
