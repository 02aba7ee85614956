import { readFileSync } from "node:fs";

import { describe, expect, it, test } from "vitest";

import { type Metric, catalogue } from "../../../src/metrics/catalogue.js";
import { commonLabels, labelValues } from "../../../src/metrics/labels.js";
import { renderMetrics } from "../../../src/metrics/catalogue-page.js";
import { inRepository } from "../../support/paths.js";

/** Undoes the layout of tables by the formatter. */
function plain(text: string): string {
  return text.replace(/ +/g, " ").replace(/-{3,}/g, "---").trim();
}

test("docs/metrics.md is up to date with the catalogue (else: npm run metrics)", () => {
  const page = readFileSync(inRepository("docs", "metrics.md"), "utf8");
  expect(plain(page)).toBe(plain(renderMetrics()));
});

describe("the catalogue", () => {
  const metrics: Metric[] = Object.values(catalogue);

  it("has each metric once, with a help text that is a sentence", () => {
    expect(new Set(metrics.map(({ name }) => name)).size).toBe(metrics.length);
    expect(metrics.filter(({ help }) => !/^[A-Z1].*\.$/.test(help))).toEqual([]);
  });

  it("follows the naming conventions of Prometheus: a prefix, the unit, and _total only for counters", () => {
    for (const { name, type, unit } of metrics) {
      expect(name).toMatch(/^lossbound_[a-z_]+$/);
      expect(name.endsWith("_total"), name).toBe(type === "counter");
      if (unit === "seconds" || unit === "ratio") expect(name).toMatch(new RegExp(`_${unit}$`));
    }
  });

  it("documents the values of exactly the labels in use", () => {
    const used = new Set<string>([...commonLabels, ...metrics.flatMap(({ labels }) => labels)]);
    expect(Object.keys(labelValues).toSorted()).toEqual([...used].toSorted());
  });
});
