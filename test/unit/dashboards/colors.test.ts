import { readFileSync } from "node:fs";

import {
  type Color,
  differenceCiede2000,
  filterDeficiencyDeuter,
  filterDeficiencyProt,
  filterDeficiencyTrit,
  parse,
  wcagContrast,
} from "culori";
import { describe, expect, it } from "vitest";

import { causes, guarantees } from "../../../src/scenario/scenario.js";
import { dashboards, overriddenIn, panelsOf } from "../../support/dashboard-outputs.js";
import type { ShippedPanel } from "../../support/dashboard-schema.js";
import { inRepository } from "../../support/paths.js";

const percentiles = ["p50", "p95", "p99"] as const;

/** Names that have colours of their own, and their legend in a query. */
const sets = [
  { what: "causes", names: causes, legend: "{{cause}}" },
  { what: "guarantees", names: guarantees, legend: "{{guarantee}}" },
  { what: "percentiles", names: percentiles, legend: "p50" },
] as const;

const visions: Record<string, (color: Color) => Color> = {
  "readers with full colour vision": (color) => color,
  "readers who see no red": filterDeficiencyProt(1) as (color: Color) => Color,
  "readers who see no green": filterDeficiencyDeuter(1) as (color: Color) => Color,
  "readers who see no blue": filterDeficiencyTrit(1) as (color: Color) => Color,
};

/** The backgrounds of Grafana's panels and of the report's page, in both themes. */
const backgrounds = ["#ffffff", "#181b1f", "#191e27"];

describe.each(sets)("the colours of the $what", ({ names, legend }) => {
  const drawn = dashboards
    .flatMap(panelsOf)
    .filter(({ type }) => type === "timeseries" || type === "bargauge")
    .filter(({ targets }) => targets.some(({ legendFormat }) => legendFormat === legend));
  const colors = names.map((name) => colorIn(drawn[0]!, name));

  it("are the same on all dashboards", () => {
    expect(drawn.length).toBeGreaterThan(0);
    for (const panel of drawn) {
      expect(
        names.map((name) => colorIn(panel, name)),
        panel.title,
      ).toEqual(colors);
    }
  });

  it.each(Object.entries(visions))("differ for %s", (_, seenBy) => {
    const difference = differenceCiede2000();
    const seen = colors.map((color) => seenBy(parse(color)!));
    const differences = seen.flatMap((one, index) =>
      seen.slice(index + 1).map((other) => difference(one, other)),
    );

    // About 1 is just noticeable in CIEDE2000; thin lines and small areas need several times that.
    expect(Math.min(...differences)).toBeGreaterThanOrEqual(10);
  });

  it("have a contrast of at least 3 to 1 to the backgrounds of both themes (WCAG 2.2, 1.4.11)", () => {
    for (const color of colors) {
      for (const background of backgrounds) {
        expect(wcagContrast(color, background), `${color} on ${background}`).toBeGreaterThanOrEqual(3);
      }
    }
  });
});

describe("the report's page", () => {
  const css = readFileSync(inRepository("web", "report.css"), "utf8");

  it("has the same colours as the dashboards", () => {
    const panel = dashboards
      .flatMap(panelsOf)
      .find(({ targets }) => targets[0]!.legendFormat === "{{cause}}")!;

    for (const cause of causes) {
      const written = [...css.matchAll(new RegExp(`--${cause}: (#\\w+);`, "g"))].map(([, color]) => color);
      expect(written, cause).toEqual([colorIn(panel, cause)]);
    }
  });
});

/** Returns the colour of a series by its override. */
function colorIn(panel: ShippedPanel, name: string): string {
  const color = overriddenIn(panel, name, "color") as { fixedColor: string } | undefined;
  expect(color?.fixedColor, `${panel.title}: ${name}`).toMatch(/^#[\da-f]{6}$/);
  return color!.fixedColor;
}
