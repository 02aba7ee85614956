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
 * Each is run once, through the library as its users import it, while its metrics are served. It has brokers of
 * its own, so that whatever happens to one run is no matter to the next.
 */
describe.each(names)("the shipped scenario %s", (name) => {
  const file = inRepository("scenarios", `${name}.yaml`);
  const exporter = new Exporter("kafkajs");
  const looks = lookLast(exporter);
  let result: Result;
  /** What `/metrics` says when the run is over. */
  let scraped: Series;
  let out: string;
  beforeAll(async () => {
    out = mkdtempSync(join(tmpdir(), "lossbound-test-"));
    await using server = await serveMetrics(exporter, { host: "127.0.0.1", port: 0 });
    [result] = (await runScenarios([file], { out, exporter })) as [Result];
    scraped = readSeries(await (await fetch(server.url)).text());
  });
  afterAll(() => rmSync(out, { recursive: true, force: true }));

  it("holds its bounds, unless the machine kept it from being tested", () => {
    const { verdict, reasons, expectations, disturbances } = result;
    const why = `${reasons.join("; ")} ${JSON.stringify(expectations)}`;
    expect(verdict, why).not.toBe("broken");
    // Only what the machine did, and the result says, leaves it open.
    if (disturbances.length === 0) expect(verdict, why).toBe("held");
  });

  it("accounts for every message, and agrees with itself", () => {
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

  it("loses nothing but what a fault took, whatever the machine did", () => {
    const { lostBy, faults, unexplained } = result;
    const causes = Object.keys(lostBy) as Cause[];
    const taken = causes.map((cause) => faults.reduce((sum, fault) => sum + fault.lostBy[cause], 0));

    expect(unexplained).toEqual(Object.fromEntries(causes.map((cause) => [cause, 0])));
    expect(taken).toEqual(causes.map((cause) => lostBy[cause]));
  });

  it("loses in silence by the causes that it names, and by no others", async () => {
    const { lostBy, silentlyLost, messages } = result;
    const { expect: claimed } = await readScenario(file);
    const silent = (Object.keys(lostBy) as Cause[]).filter((cause) => cause !== "rejected");
    const named = silent.filter((cause) => claimed.lostBy[cause] !== undefined);
    const there = named.reduce((sum, cause) => sum + lostBy[cause], 0);

    expect(there).toBeGreaterThanOrEqual(0.99 * silentlyLost);
    // What the application was told of has a bound of its own, or there is none of it.
    if (claimed.lostBy.rejected === undefined) expect(lostBy.rejected).toBe(0);
    if (claimed.indeterminate === undefined) expect(messages.indeterminate).toBe(0);
  });

  it("has counters at /metrics that end as the ledger, and were measured as the ledger has them", () => {
    const last = seriesOf(name, scraped);
    expect(totalsIn(last)).toEqual(totalsOf(result));
    const look = looks.get(name)!;
    // What was in the log once stays stored, though it may have vanished since.
    expect(lastBy(last, "lossbound_messages_stored_total")[""]).toBe(everStoredOf(look));
    // The ledger has taken the place of what was measured until then: two readers of the same black boxes.
    expect(measuredIn(look)).toEqual(measurableOf(look));
  });

  it("has a course for Prometheus that ends with what was judged", () => {
    const course = readSeries(readFileSync(join(out, name, "metrics.om"), "utf8"));
    expect(totalsIn(course)).toEqual(totalsOf(result));
    // What was received was in the log, whether it is still there or not.
    const { stored, received } = result.messages;
    const everStored = lastBy(course, "lossbound_messages_stored_total")[""];
    expect(everStored).toBeGreaterThanOrEqual(Math.max(stored, received));
  });

  it("has a result.json that its published schema describes", () => {
    const stored: unknown = JSON.parse(readFileSync(join(out, name, "result.json"), "utf8"));
    expect(againstSchema(stored)).toEqual([]);
  });

  it("is judged the same from its files", async () => {
    expect(await judge(join(out, name))).toEqual(result);
  });
});
