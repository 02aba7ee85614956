import { mkdtempSync, readFileSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { basename, join } from "node:path";

import { Exporter } from "#build/metrics/exporter.js";
import { type Cause, type Result, judge, readScenario, runScenarios } from "lossbound";
import { afterAll, beforeAll, describe, expect, it } from "vitest";

import { serveMetrics } from "../../src/metrics/server.js";
import { everStoredOf, lookLast, measurableOf, measuredIn } from "../support/last-look.js";
import { againstSchema } from "../support/result-schema.js";
import { type Series, lastBy, readSeries, seriesOf, totalsIn, totalsOf } from "../support/series.js";
import { inRepository } from "../support/paths.js";

const names = readdirSync(inRepository("scenarios"))
  .filter((name) => name.endsWith(".yaml"))
  .map((name) => basename(name, ".yaml"));

/**
 * Runs each scenario once, through the library as users import it, while its metrics are served.
 * Each has its own brokers, so that no run affects the next.
 */
describe.each(names)("the shipped scenario %s", (name) => {
  const file = inRepository("scenarios", `${name}.yaml`);
  const exporter = new Exporter("kafkajs");
  const looks = lookLast(exporter);
  let result: Result;
  /** The output of `/metrics` after the run. */
  let scraped: Series;
  let out: string;
  beforeAll(async () => {
    out = mkdtempSync(join(tmpdir(), "lossbound-test-"));
    await using server = await serveMetrics(exporter, { host: "127.0.0.1", port: 0 });
    [result] = (await runScenarios([file], { out, exporter })) as [Result];
    scraped = readSeries(await (await fetch(server.url)).text());
  });
  afterAll(() => rmSync(out, { recursive: true, force: true }));

  it("holds its bounds, unless the machine prevented the test", () => {
    const { verdict, reasons, expectations, disturbances } = result;
    const why = `${reasons.join("; ")} ${JSON.stringify(expectations)}`;
    expect(verdict, why).not.toBe("broken");
    // Only a disturbance that the result reports may leave the verdict open.
    if (disturbances.length === 0) expect(verdict, why).toBe("held");
  });

  it("accounts for every message without a contradiction", () => {
    const { messages, lostBy, silentlyLost, timeline, faults } = result;
    const { planned, unsent, sent, processed, lost, unread, indeterminate } = messages;
    const byCause = Object.values(lostBy).reduce((sum, count) => sum + count, 0);

    expect(unsent + sent).toBe(planned);
    expect(processed + lost + unread + indeterminate).toBe(sent);
    expect(byCause).toBe(lost);
    expect(silentlyLost + lostBy.rejected).toBe(lost);
    expect(timeline.reduce((sum, second) => sum + second.sent, 0)).toBe(sent);
    expect(faults.every(({ appliedAt, touched }) => appliedAt !== null && touched > 0)).toBe(true);
  });

  it("loses only what a fault took, even if the machine was disturbed", () => {
    const { lostBy, faults, unexplained } = result;
    const causes = Object.keys(lostBy) as Cause[];
    const taken = causes.map((cause) => faults.reduce((sum, fault) => sum + fault.lostBy[cause], 0));

    expect(unexplained).toEqual(Object.fromEntries(causes.map((cause) => [cause, 0])));
    expect(taken).toEqual(causes.map((cause) => lostBy[cause]));
  });

  it("loses silently only by the causes that it names", async () => {
    const { lostBy, silentlyLost, messages } = result;
    const { expect: claimed } = await readScenario(file);
    const silent = (Object.keys(lostBy) as Cause[]).filter((cause) => cause !== "rejected");
    const named = silent.filter((cause) => claimed.lostBy[cause] !== undefined);
    const there = named.reduce((sum, cause) => sum + lostBy[cause], 0);

    expect(there).toBeGreaterThanOrEqual(0.99 * silentlyLost);
    // Losses that the application knows of have a bound of their own, or do not occur.
    if (claimed.lostBy.rejected === undefined) expect(lostBy.rejected).toBe(0);
    if (claimed.indeterminate === undefined) expect(messages.indeterminate).toBe(0);
  });

  it("ends with the ledger's counters at /metrics, which match the live measurements", () => {
    const last = seriesOf(name, scraped);
    expect(totalsIn(last)).toEqual(totalsOf(result));
    const look = looks.get(name)!;
    // A message that was once in the log stays stored, even if it has vanished since.
    expect(lastBy(last, "lossbound_messages_stored_total")[""]).toBe(everStoredOf(look));
    // The ledger has replaced the live measurements: two readers of the same black boxes.
    expect(measuredIn(look)).toEqual(measurableOf(look));
  });

  it("exports a course for Prometheus that ends with the result", () => {
    const course = readSeries(readFileSync(join(out, name, "metrics.om"), "utf8"));
    expect(totalsIn(course)).toEqual(totalsOf(result));
    // A message that was received was in the log, even if it is gone now.
    const { stored, received } = result.messages;
    const everStored = lastBy(course, "lossbound_messages_stored_total")[""];
    expect(everStored).toBeGreaterThanOrEqual(Math.max(stored, received));
  });

  it("has a result.json that matches the published schema", () => {
    const stored: unknown = JSON.parse(readFileSync(join(out, name, "result.json"), "utf8"));
    expect(againstSchema(stored)).toEqual([]);
  });

  it("gets the same verdict from its files", async () => {
    expect(await judge(join(out, name))).toEqual(result);
  });
});
