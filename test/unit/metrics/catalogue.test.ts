import { readFileSync } from "node:fs";

import { describe, expect, it, test } from "vitest";

import { type Metric, catalogue } from "../../../src/metrics/catalogue.js";
import { commonLabels, labelValues } from "../../../src/metrics/labels.js";
import { renderMetrics } from "../../../src/metrics/catalogue-page.js";
import { inRepository } from "../../support/paths.js";

/** As it is before a formatter lays out the table. */
function plain(text: string): string {
  return text.replace(/ +/g, " ").replace(/-{3,}/g, "---").trim();
}

test("docs/metrics.md is made of the catalogue (else: npm run metrics)", () => {
  const page = readFileSync(inRepository("docs", "metrics.md"), "utf8");
  expect(plain(page)).toBe(plain(renderMetrics()));
});

describe("the catalogue", () => {
  const metrics: Metric[] = Object.values(catalogue);

  it("has each metric once, and asks a question of it", () => {
    expect(new Set(metrics.map(({ name }) => name)).size).toBe(metrics.length);
    expect(metrics.filter(({ help }) => !help.includes("?"))).toEqual([]);
  });

  it("names them as Prometheus does: a prefix, the unit, and _total for a counter alone", () => {
    for (const { name, type, unit } of metrics) {
      expect(name).toMatch(/^lossbound_[a-z_]+$/);
      expect(name.endsWith("_total"), name).toBe(type === "counter");
      if (unit === "seconds" || unit === "ratio") expect(name).toMatch(new RegExp(`_${unit}$`));
    }
  });

  it("says of each label what it may say, and of no other", () => {
    const used = new Set<string>([...commonLabels, ...metrics.flatMap(({ labels }) => labels)]);
    expect(Object.keys(labelValues).toSorted()).toEqual([...used].toSorted());
  });
});
