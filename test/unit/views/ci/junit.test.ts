import fc from "fast-check";
import { describe, expect, test } from "vitest";

import { resultsAsJunit } from "../../../../src/views/ci/junit.js";
import { printable } from "../../../../src/base/printable.js";
import type { Result } from "../../../../src/results/result.js";
import { aResult, noLoss } from "../../../support/a-result.js";
import { anyResult, anyText } from "../../../support/any-result.js";
import { problemsOfJunit, readJunit } from "../../../support/junit.js";

const lost: Result["expectations"][number] = {
  name: "lost",
  min: 3_500,
  max: 4_600,
  observed: 4_700,
  verdict: "broken",
};
const kept: Result["expectations"][number] = {
  name: "duplicated",
  min: null,
  max: 0,
  observed: 0,
  verdict: "held",
};

function suiteOf(given: Partial<Result>) {
  const [suite] = readJunit(resultsAsJunit([aResult(given)], undefined));
  return suite!;
}

describe("a JUnit report", () => {
  test("has a suite per scenario and a test case per expectation", () => {
    const { name, counts, cases } = suiteOf({ scenario: "black-hole" });
    expect(name).toBe("black-hole");
    expect(counts).toEqual({ tests: 2, failures: 0, errors: 0, skipped: 0 });
    expect(cases.map((one) => [one.name, one.outcome])).toEqual([
      ["lost", "passed"],
      ["conclusive", "passed"],
    ]);
  });

  test("has a failure with the observed count, the bound and the command to rerun it", () => {
    const { counts, cases } = suiteOf({
      verdict: "broken",
      reasons: ["lost: 4700 is outside 3500 to 4600"],
      lostBy: noLoss({ "in-transit": 4_690, rejected: 10 }),
      expectations: [lost, kept],
    });
    expect(counts).toEqual({ tests: 3, failures: 1, errors: 0, skipped: 0 });
    expect(cases.map(({ outcome }) => outcome)).toEqual(["failure", "passed", "passed"]);
    expect(cases[0]!.message).toBe("lost: 4700 is outside 3500 to 4600");
    expect(cases[0]!.text.split("\n")).toEqual([
      "observed  4,700",
      "at least  3,500",
      "at most   4,600",
      "sent      20,000 messages",
      "lost by rejected: 10",
      "lost by in-transit: 4,690",
      "rerun with: lossbound run --seed 7 scenarios/producer-blackhole.yaml",
    ]);
  });

  test("has a separate failure, when the run is broken by something else than a bound", () => {
    const reasons = ["it loses more for each fault than before"];
    const { counts, cases } = suiteOf({ verdict: "broken", reasons, expectations: [kept] });
    expect(counts).toEqual({ tests: 3, failures: 1, errors: 0, skipped: 0 });
    expect(cases.map((one) => [one.name, one.outcome])).toEqual([
      ["duplicated", "passed"],
      ["held", "failure"],
      ["conclusive", "passed"],
    ]);
    expect(cases[1]!.message).toBe(reasons[0]);
  });

  test("has an error, when a bound is inconclusive", () => {
    const { counts, cases } = suiteOf({
      verdict: "inconclusive",
      reasons: ["lost: 0 proves nothing about 1 to any number"],
      expectations: [{ ...lost, min: 1, max: null, observed: 0, verdict: "inconclusive" }, kept],
    });
    expect(counts).toEqual({ tests: 3, failures: 0, errors: 2, skipped: 1 });
    expect(cases.map(({ outcome }) => outcome)).toEqual(["error", "skipped", "error"]);
  });

  test("has no passed case, when only the run as a whole is inconclusive", () => {
    const reasons = ["the fault timeout on producer-link touched nothing live", "nothing was sent"];
    const { cases } = suiteOf({ verdict: "inconclusive", reasons, expectations: [kept] });
    expect(cases.map((one) => [one.name, one.outcome])).toEqual([
      ["duplicated", "skipped"],
      ["conclusive", "error"],
    ]);
    expect(cases[1]!.message).toBe("the fault timeout on producer-link touched nothing live, and 1 more");
    expect(cases[1]!.text).toContain(reasons.join("\n"));
  });

  test("has an error for scenarios without a result, beside the others", async () => {
    const failure = "lossbound: the broker did not start\n  waited 30 s";
    const xml = resultsAsJunit([aResult()], failure);
    expect(await problemsOfJunit(xml)).toEqual([]);
    const [, suite] = readJunit(xml);
    expect(suite!.counts.errors).toBe(1);
    expect(suite!.cases[0]).toMatchObject({
      outcome: "error",
      message: "lossbound: the broker did not start",
      text: failure,
    });
  });

  test("escapes names and messages", () => {
    const evil = `<script>alert("1")</script> & ]]> 'x' \u0000\u001b[31m\ufffe`;
    const { name, cases } = suiteOf({
      scenario: evil,
      verdict: "broken",
      expectations: [{ ...lost, name: evil }],
      repeatWith: evil,
    });
    expect(name).toBe(`<script>alert("1")</script> & ]]> 'x' \ufffd\ufffd`);
    expect(cases[0]!.text).toContain(`rerun with: <script>alert("1")</script> & ]]> 'x'`);
  });

  test("is valid for libxml2 and has correct counts, for any results", async () => {
    const reports = fc.tuple(fc.array(anyResult, { maxLength: 3 }), fc.option(anyText, { nil: undefined }));
    const samples = fc.sample(reports, { numRuns: 60, seed: 11 }).map(([results, failure]) => ({
      results: results.map((result) => ({
        ...result,
        // The schema requires valid timestamps and durations.
        startedAt: "2026-01-02T03:04:05.678Z",
        lives: [],
      })),
      failure,
    }));
    for (const { results, failure } of samples) {
      const xml = resultsAsJunit(results, failure);
      expect(await problemsOfJunit(xml)).toEqual([]);
      const suites = readJunit(xml);
      expect(suites.length).toBe(results.length + (failure === undefined ? 0 : 1));
      for (const { counts, cases } of suites) {
        const many = (outcome: string) => cases.filter((one) => one.outcome === outcome).length;
        expect(counts).toEqual({
          tests: cases.length,
          failures: many("failure"),
          errors: many("error"),
          skipped: many("skipped"),
        });
      }
      for (const [index, { scenario, verdict, expectations }] of results.entries()) {
        const { name, cases } = suites[index]!;
        expect(name).toBe(printable(scenario).replaceAll("\uffff", "\ufffd").replaceAll("\ufffe", "\ufffd"));
        const passed = cases.filter(({ outcome }) => outcome === "passed").length;
        const held = expectations.filter((one) => one.verdict === "held").length;
        expect(passed).toBe(verdict === "inconclusive" ? 0 : held + 1);
        if (verdict === "broken") expect(cases.map(({ outcome }) => outcome)).toContain("failure");
      }
    }
  });

  test("is checked against a schema that rejects missing attributes and unknown elements", async () => {
    const xml = resultsAsJunit([aResult()], undefined);
    expect(await problemsOfJunit(xml.replace(' failures="0"', ""))).not.toEqual([]);
    expect(await problemsOfJunit(xml.replace("<testcase", "<case").replace("</testsuites>", ""))).not.toEqual(
      [],
    );
  });
});
