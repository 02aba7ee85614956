import { mkdtempSync, readFileSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { basename, join } from "node:path";

import { type Cause, type Result, judge, readScenario, runScenarios } from "lossbound";
import { afterAll, beforeAll, describe, expect, it } from "vitest";

import { againstSchema } from "../support/result-schema.js";
import { lastBy, readSeries, totalsIn, totalsOf } from "../support/series.js";

/** Every shipped scenario, once, through the library as its users import it. */
const files = readdirSync("scenarios")
  .filter((name) => name.endsWith(".yaml"))
  .map((name) => join("scenarios", name));

describe("the shipped scenario", () => {
  const results = new Map<string, Result>();
  let out: string;
  beforeAll(async () => {
    out = mkdtempSync(join(tmpdir(), "lossbound-test-"));
    await runScenarios(files, { out, onResult: (result) => results.set(result.scenario, result) });
  }, 1_800_000);
  afterAll(() => rmSync(out, { recursive: true, force: true }));

  describe.each(files.map((file) => basename(file, ".yaml")))("%s", (name) => {
    it("holds its bounds", () => {
      const { verdict, reasons, expectations } = results.get(name)!;
      expect(verdict, `${reasons.join("; ")} ${JSON.stringify(expectations)}`).toBe("held");
    });

    it("accounts for every message, and agrees with itself", () => {
      const { messages, lostBy, silentlyLost, timeline, faults } = results.get(name)!;
      const { planned, unsent, sent, processed, lost, unread, indeterminate } = messages;
      const byCause = Object.values(lostBy).reduce((sum, count) => sum + count, 0);

      expect(unsent + sent).toBe(planned);
      expect(processed + lost + unread + indeterminate).toBe(sent);
      expect(byCause).toBe(lost);
      expect(silentlyLost + lostBy.rejected).toBe(lost);
      expect(timeline.reduce((sum, second) => sum + second.sent, 0)).toBe(sent);
      expect(faults.every(({ appliedAt, touched }) => appliedAt !== null && touched > 0)).toBe(true);
    });

    it("loses in silence by the causes that it names, and by no others", async () => {
      const { lostBy, silentlyLost, messages } = results.get(name)!;
      const { expect: claimed } = await readScenario(join("scenarios", `${name}.yaml`));
      const silent = (Object.keys(lostBy) as Cause[]).filter((cause) => cause !== "rejected");
      const named = silent.filter((cause) => claimed.lostBy[cause] !== undefined);
      const there = named.reduce((sum, cause) => sum + lostBy[cause], 0);

      expect(there).toBeGreaterThanOrEqual(0.99 * silentlyLost);
      // What the application was told of has a bound of its own, or there is none of it.
      if (claimed.lostBy.rejected === undefined) expect(lostBy.rejected).toBe(0);
      if (claimed.indeterminate === undefined) expect(messages.indeterminate).toBe(0);
    });

    it("has a course for Prometheus that ends with what was judged", () => {
      const course = readSeries(readFileSync(join(out, name, "metrics.om"), "utf8"));
      expect(totalsIn(course)).toEqual(totalsOf(results.get(name)!));
      // What was received was in the log, whether it is still there or not.
      const { stored, received } = results.get(name)!.messages;
      const everStored = lastBy(course, "lossbound_messages_stored_total")[""];
      expect(everStored).toBeGreaterThanOrEqual(Math.max(stored, received));
    });

    it("has a result.json that its published schema describes", () => {
      const stored: unknown = JSON.parse(readFileSync(join(out, name, "result.json"), "utf8"));
      expect(againstSchema(stored)).toEqual([]);
    });

    it("is judged the same from its files", async () => {
      expect(await judge(join(out, name))).toEqual(results.get(name));
    });
  });
});
