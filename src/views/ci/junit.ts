import { causes } from "../../scenario/scenario.js";
import { type Expectation, expectationInWords } from "../../verdict/judge.js";
import { formatCount, formatMessages } from "../layout/numbers.js";
import { isBrokenBeside, type Result } from "../../results/result.js";
import { type Xml, element, xmlDocument } from "../layout/xml.js";

/**
 * Renders results as a JUnit report: a suite per scenario, a test case per bound, and one for the
 * run as a whole. A broken bound is a failure, an inconclusive one an error. Nothing passes in an
 * inconclusive run: a kept bound is skipped there, since the run does not show that it holds.
 *
 * @param failure why some scenarios have no result.
 */
export function resultsAsJunit(results: readonly Result[], failure: string | undefined): string {
  const suites = [...results.map(suiteOf), ...(failure === undefined ? [] : [failedSuite(failure)])];
  const sum = (of: (suite: Suite) => number) => suites.reduce((all, suite) => all + of(suite), 0);
  return xmlDocument(
    element(
      "testsuites",
      {
        name: "lossbound",
        tests: sum(({ cases }) => cases.length),
        failures: sum(({ cases }) => count(cases, "failure")),
        errors: sum(({ cases }) => count(cases, "error")),
      },
      suites.map(inXml),
    ),
  );
}

interface Suite {
  name: string;
  timestamp?: string;
  seconds?: number;
  properties: [name: string, value: string][];
  cases: Case[];
}

interface Case {
  name: string;
  outcome: "passed" | "failure" | "error" | "skipped";
  /** Type of the failure or error in the report. */
  type: "broken" | "inconclusive" | "no verdict";
  /** One line, and further details; both are shown if the case has not passed. */
  message: string;
  detail: string;
}

function suiteOf(result: Result): Suite {
  const { scenario, startedAt, lives, guarantee, verdict, seed, repeatWith, version } = result;
  return {
    name: scenario,
    timestamp: startedAt.replace(/(?:\.\d+)?Z$/u, ""),
    seconds: Math.max(0, ...lives.map(({ endedAt }) => endedAt ?? 0)) / 1000,
    properties: [
      ["verdict", verdict],
      ["guarantee", guarantee],
      ["seed", String(seed)],
      ["lossbound", version],
      ["repeat with", repeatWith],
    ],
    cases: [
      ...result.expectations.map((expectation) => caseOf(expectation, result)),
      ...(isBrokenBeside(result) ? [comparisonCase(result)] : []),
      conclusiveCase(result),
    ],
  };
}

function caseOf(expectation: Expectation, result: Result): Case {
  return {
    name: expectation.name,
    outcome: outcomeOf(expectation, result),
    type: expectation.verdict === "broken" ? "broken" : "inconclusive",
    message: expectationInWords(expectation),
    detail: detailOf(result, [
      `observed  ${formatCount(expectation.observed)}`,
      `at least  ${expectation.min === null ? "no limit" : formatCount(expectation.min)}`,
      `at most   ${expectation.max === null ? "no limit" : formatCount(expectation.max)}`,
    ]),
  };
}

function outcomeOf({ verdict }: Expectation, run: Result): Case["outcome"] {
  switch (verdict) {
    case "held":
      return run.verdict === "inconclusive" ? "skipped" : "passed";
    case "broken":
      return "failure";
    case "inconclusive":
      return "error";
  }
}

/**
 * Returns the case for whether the run is conclusive; the bounds alone do not show that a fault had
 * no effect.
 */
function conclusiveCase(result: Result): Case {
  const { reasons, verdict } = result;
  const [first = "the run shows nothing"] = reasons;
  return {
    name: "conclusive",
    outcome: verdict === "inconclusive" ? "error" : "passed",
    type: "inconclusive",
    message: reasons.length > 1 ? `${first}, and ${reasons.length - 1} more` : first,
    detail: detailOf(result, reasons),
  };
}

/**
 * Returns the case for a run that is broken by something else than its bounds, such as earlier
 * results.
 */
function comparisonCase(result: Result): Case {
  const [first = "broken"] = result.reasons;
  return {
    name: "held",
    outcome: "failure",
    type: "broken",
    message: first,
    detail: detailOf(result, result.reasons),
  };
}

function detailOf({ messages, lostBy, repeatWith }: Result, lines: readonly string[]): string {
  const lost = causes.filter((cause) => lostBy[cause] > 0);
  return [
    ...lines,
    `sent      ${formatMessages(messages.sent)}`,
    ...lost.map((cause) => `lost by ${cause}: ${formatCount(lostBy[cause])}`),
    `rerun with: ${repeatWith}`,
  ].join("\n");
}

function failedSuite(failure: string): Suite {
  const [message = ""] = failure.split("\n");
  return {
    name: "lossbound",
    properties: [],
    cases: [
      {
        name: "everything was run and judged",
        outcome: "error",
        type: "no verdict",
        message,
        detail: failure,
      },
    ],
  };
}

function inXml({ name, timestamp, seconds, properties, cases }: Suite): Xml {
  const attributes = {
    name,
    tests: cases.length,
    failures: count(cases, "failure"),
    errors: count(cases, "error"),
    skipped: count(cases, "skipped"),
    timestamp,
    time: seconds?.toFixed(3),
  };
  const known = properties.map(([key, value]) => element("property", { name: key, value }));
  return element("testsuite", attributes, [
    ...(known.length === 0 ? [] : [element("properties", {}, known)]),
    ...cases.map((one) => element("testcase", { name: one.name, classname: name }, bodyOf(one))),
  ]);
}

function bodyOf({ outcome, type, message, detail }: Case): Xml[] {
  switch (outcome) {
    case "passed":
      return [];
    case "failure":
      return [element("failure", { type, message }, detail)];
    case "error":
      return [element("error", { type, message }, detail)];
    case "skipped":
      return [element("skipped", { message: "the run is inconclusive" })];
  }
}

function count(cases: readonly Case[], outcome: Case["outcome"]): number {
  return cases.filter((one) => one.outcome === outcome).length;
}
