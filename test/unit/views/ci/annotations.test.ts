import { describe, expect, test } from "vitest";

import { annotation, annotationsOf } from "../../../../src/views/ci/annotations.js";
import type { Expectation } from "../../../../src/verdict/judge.js";
import { aResult } from "../../../support/a-result.js";

const lost: Expectation = { name: "lost", min: 1, max: 5, observed: 9, verdict: "broken" };
const kept: Expectation = { name: "duplicated", min: null, max: 0, observed: 0, verdict: "held" };
const positionOf = (name: string | undefined) => ({
  file: "scenarios/some.yaml",
  line: name === "lost" ? 12 : 10,
  column: 3,
});

describe("annotations", () => {
  test("are empty, when a run has held", () => {
    expect(annotationsOf(aResult(), positionOf)).toEqual([]);
  });

  test("point at each broken bound", () => {
    const result = aResult({ scenario: "some", verdict: "broken", expectations: [lost, kept] });
    expect(annotationsOf(result, positionOf)).toEqual([
      "::error file=scenarios/some.yaml,line=12,col=3,title=some%3A broken::lost: 9 is outside 1 to 5\n",
    ]);
  });

  test("contain the reasons, when a run is broken by something else than its bounds", () => {
    const result = aResult({
      scenario: "some",
      verdict: "broken",
      reasons: ["more than before"],
      expectations: [kept],
    });
    expect(annotationsOf(result, positionOf)).toEqual([
      "::error file=scenarios/some.yaml,line=10,col=3,title=some%3A broken::more than before\n",
    ]);
  });

  test("contain all reasons of an inconclusive run at once", () => {
    const reasons = ["nothing was sent", "lost: 0 proves nothing about 1 to 5"];
    const result = aResult({ scenario: "some", verdict: "inconclusive", reasons });
    expect(annotationsOf(result, positionOf)).toEqual([
      "::error file=scenarios/some.yaml,line=10,col=3,title=some%3A inconclusive::nothing was sent%0Alost: 0 proves nothing about 1 to 5\n",
    ]);
    expect(annotationsOf(result, () => undefined)[0]).toMatch(/^::error title=some%3A inconclusive::nothing/);
  });

  test("are one command each, and are unescaped to the original text", () => {
    const evil = "a\n::warning::b 100 % ,x: \r\u001b[31m::error::c";
    const line = annotation(evil, evil, { file: "a,b:c%.yaml", line: 1, column: 2 });
    expect(line.trimEnd()).not.toMatch(/[\r\n\p{Cc}]/u);
    // GitHub's runner reads properties up to the next `::`, splits them at commas, and then
    // unescapes them.
    const [, properties, message] = /^::error (.*?)::(.*)\n$/.exec(line)!;
    const undone = (text: string) =>
      text
        .replaceAll("%3A", ":")
        .replaceAll("%2C", ",")
        .replaceAll("%0D", "\r")
        .replaceAll("%0A", "\n")
        .replaceAll("%25", "%");
    const read = Object.fromEntries(properties!.split(",").map((pair) => pair.split("=").map(undone)));
    expect(read).toEqual({
      file: "a,b:c%.yaml",
      line: "1",
      col: "2",
      title: "a ::warning::b 100 % ,x: ::error::c",
    });
    expect(undone(message!)).toBe("a\n::warning::b 100 % ,x:\n::error::c");
  });
});
