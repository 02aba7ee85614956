import fc from "fast-check";
import { describe, expect, test } from "vitest";

import { palette } from "../../../../src/views/layout/colors.js";
import { renderSummary } from "../../../../src/views/terminal/summary.js";
import { renderResult } from "../../../../src/views/terminal/result.js";
import { aResult, noLoss } from "../../../support/a-result.js";
import { anyResult, anyText } from "../../../support/any-result.js";

const page = { palette: palette(false), width: 100 };
const render = (given: Parameters<typeof aResult>[0] = {}) =>
  renderResult(aResult(given), "results/here", page);
const lineWith = (text: string, what: string) => text.split("\n").find((line) => line.includes(what)) ?? "";

describe("a result on a terminal", () => {
  test("starts with the scenario, its verdict and its claim", () => {
    const [first, second] = render().split("\n");
    expect(first).toBe("producer-blackhole  HELD");
    expect(second).toBe("  Messages sent into a black hole are lost without an error.");
  });

  test("shows how many messages reached each step, with thousands separators", () => {
    expect(render()).toContain(
      "planned 20,000 → sent 20,000 → stored 15,990 → received 15,990 → processed 15,990\n",
    );
  });

  test("lists only the causes that took messages, and one line with 0 for the others", () => {
    const text = render();
    expect(lineWith(text, "in-transit")).toMatch(
      /^ {4}in-transit +4,010 {2}accepted by the client, but never in the log$/,
    );
    expect(lineWith(text, "elsewhere")).toMatch(/elsewhere +0$/);
    expect(text).not.toContain("after-commit");
  });

  describe("with a prediction", () => {
    test("shows the observed counts, and whether they are as predicted", () => {
      const text = render();
      const lines = text.split("\n");
      const at = lines.findIndex((line) => line.includes("predicted   "));
      expect(lines[at + 1]).toMatch(/^ *lost +4,000 +4,040 +4,010 +as predicted$/);
      expect(lines[at + 2]).toMatch(/^ *in-transit +4,000 +4,040 +4,010 +as predicted$/);
      expect(text).not.toContain("behind schedule;");
    });

    test("shows an unpredicted cause, and that the producers were behind schedule", () => {
      const text = render({
        lostBy: noLoss({ "in-transit": 4_010, rejected: 3 }),
        scheduleLagMs: { p99: 2, max: 341 },
      });
      expect(lineWith(text, "rejected  ")).not.toBe("");
      expect(text).toMatch(/rejected +0 +0 +3 +not as predicted\n/);
      expect(text).toContain("the producers fell 341 ms behind schedule; the formulas allow for 20 ms\n");
    });

    test("shows why there is no prediction", () => {
      expect(render({ prediction: { kind: "unpredicted", why: "several partitions" } })).toContain(
        "  not predicted: several partitions\n",
      );
    });
  });

  describe("after a broker truncated the log", () => {
    const cut = { broker: 2, partition: 0, offset: 61_234, at: 3_102 };

    test("shows the truncation below the loss in the log", () => {
      const text = render({ lostBy: noLoss({ log: 12 }), truncations: [cut] });
      const lines = text.split("\n");
      const at = lines.findIndex((line) => line.includes("was in the log"));
      expect(lines[at + 1]).toMatch(/^ {6}cut +broker 2 truncated partition 0 to offset 61,234 at 3\.102 s$/);
    });

    test("does not show the truncation, when the log lost nothing or broker logs were not readable", () => {
      expect(render({ truncations: [cut] })).not.toContain("truncated partition");
      expect(render({ lostBy: noLoss({ log: 12 }), truncations: null })).not.toContain("truncated partition");
    });

    test("shows the first truncations, and how many more there are", () => {
      const truncations = Array.from({ length: 1_000 }, () => cut);
      const text = render({ lostBy: noLoss({ log: 12 }), truncations });
      expect(text.match(/truncated partition/g)).toHaveLength(6);
      expect(text).toContain("… and 994 more in result.json");
    });
  });

  test("separates silent loss from known loss", () => {
    const text = render({ lostBy: noLoss({ rejected: 30, "in-transit": 12 }), silentlyLost: 12 });
    expect(lineWith(text, "silently")).toMatch(/ 12 {2}no error was reported$/);
    expect(lineWith(text, "knowingly")).toMatch(/ 30 {2}the application got an error$/);
  });

  test("shows a single line with 0, when no message was lost", () => {
    expect(lineWith(render({ lostBy: noLoss() }), "anywhere")).toMatch(/ 0$/);
  });

  test("shows each bound with the observed count", () => {
    expect(lineWith(render(), "3,500")).toMatch(/^ {2}lost +3,500 +4,600 +4,010 {2}held$/);
  });

  test("shows when a fault was in force, what it touched and took, and what the probe saw", () => {
    expect(lineWith(render(), "timeout on")).toMatch(
      /^ {2}timeout on producer-link +3\.002 s +5\.004 s +1 connection {2}4,010 in-transit {2}no answer in 500 ms$/,
    );
  });

  test("shows the first of many faults, and how many more there are", () => {
    const [fault] = aResult().faults;
    const text = render({ faults: Array.from({ length: 1_000 }, () => fault!) });
    expect(text.match(/timeout on producer-link/g)).toHaveLength(12);
    expect(text).toContain("… and 988 more in result.json");
  });

  test("shows the reasons of a verdict that is not held", () => {
    const text = render({ verdict: "broken", reasons: ["lost: 4010 is outside 0 to 10"] });
    expect(text).toContain("producer-blackhole  BROKEN\n");
    expect(text).toContain("  - lost: 4010 is outside 0 to 10\n");
  });

  test("shows a violation of the guarantee only if it happened", () => {
    expect(render()).not.toContain("began twice");
    const violations = { beganBeforeCommit: 0, beganTwice: 3, storedTwice: 0 };
    expect(lineWith(render({ violations }), "began twice")).toMatch(/ 3 {2}forbidden/);
  });

  test("does not report as forbidden what the guarantee allows", () => {
    const guarantee = "at-least-once";
    const violations = { beganBeforeCommit: 9, beganTwice: 3, storedTwice: 0 };
    const text = render({ guarantee, violations });
    expect(text).not.toMatch(/forbidden|began before/);
    expect(lineWith(text, "began twice")).toMatch(/ 3 {2}its handler ran again/);
  });

  test("shows the environment, with the version of each part", () => {
    expect(render()).toMatch(
      /environment +local · broker 4\.1\.0 · proxy 2\.12\.0 · client kafkajs 2\.2\.4 · node 20\.20\.2\n/,
    );
  });

  test("ends with the command to rerun it, and the paths of its files", () => {
    const lines = render().trimEnd().split("\n");
    expect(lines.at(-3)).toMatch(/rerun with +lossbound run --seed 7 scenarios\/producer-blackhole\.yaml$/);
    expect(lines.at(-2)).toMatch(/report +results\/here\/report\.html$/);
    expect(lines.at(-1)).toMatch(/files +results\/here$/);
  });

  test("has the same columns with and without colours", () => {
    const colored = renderResult(aResult(), "results/here", { palette: palette(true), width: 100 });
    expect(colored).toContain("\u001b[32mHELD\u001b[39m");
    // oxlint-disable-next-line no-control-regex -- this test looks for colour codes
    expect(colored.replace(/\u001b\[[0-9]+m/g, "")).toBe(render());
  });

  test("contains only printable characters and line breaks, for any result", () => {
    fc.assert(
      fc.property(anyResult, anyText, fc.integer({ min: 40, max: 100 }), (result, folder, width) => {
        const text =
          renderResult(result, folder, { ...page, width }) + renderSummary([result, result], folder, page);
        expect(text.replaceAll("\n", "")).not.toMatch(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/u);
      }),
    );
  });
});

describe("a summary", () => {
  test("has a line for each scenario, with the causes of its losses", () => {
    const lines = renderSummary(
      [aResult(), aResult({ scenario: "baseline", lostBy: noLoss() })],
      "results",
      page,
    ).split("\n");
    expect(lines[0]).toMatch(/^scenario +verdict +sent +lost +silently +where$/);
    expect(lines[1]).toMatch(/^producer-blackhole +held +20,000 +4,010 +4,010 {2}in-transit 4,010$/);
    expect(lines[2]).toMatch(/^baseline +held/);
    expect(lines.at(-2)).toBe("report  results/report.html");
  });
});
