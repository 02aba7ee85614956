import { readFileSync, readdirSync } from "node:fs";
import { createRequire } from "node:module";

import { describe, expect, it } from "vitest";
import { parse } from "yaml";

import { catalogue } from "../../../src/metrics/catalogue.js";
import { causes, guarantees } from "../../../src/scenario/scenario.js";
import { dashboards, overriddenIn, overridesIn, panelsOf } from "../../support/dashboard-outputs.js";
import { isEmptyOfCourse, isShare, queries } from "../../support/dashboard-queries.js";
import { roomForTitle, roomIn, widthOf, widthOfHead } from "../../support/dashboard-room.js";
import type { ShippedPanel } from "../../support/dashboard-schema.js";
import { inRepository } from "../../support/paths.js";

const panels = dashboards.flatMap((dashboard) =>
  panelsOf(dashboard).map((panel) => ({ where: `${dashboard.title} / ${panel.title}`, panel })),
);

/** Returns the positions of panels with a problem. */
function places(isWrong: (panel: ShippedPanel) => boolean, type?: ShippedPanel["type"]): string[] {
  const looked = panels.filter(({ panel }) => type === undefined || panel.type === type);
  expect(looked.length).toBeGreaterThan(0);
  return looked.filter(({ panel }) => isWrong(panel)).map(({ where }) => where);
}

describe("every panel", () => {
  it("has the version of @grafana/schema, without which Grafana migrates it from before 11.1", () => {
    const require = createRequire(import.meta.url);
    const { version } = require("@grafana/schema/package.json") as { version: string };
    const compose = parse(readFileSync(inRepository("docker-compose.yml"), "utf8")) as {
      services: { grafana: { image: string } };
    };

    expect(places(({ pluginVersion }) => pluginVersion !== version)).toEqual([]);
    expect(compose.services.grafana.image).toBe(`grafana/grafana:${version}`);
  });

  it("has room for its title at 1,440 pixels, with the side bar open", () => {
    expect(places((panel) => widthOf(panel.title) > roomForTitle(panel))).toEqual([]);
  });

  it("shows every digit of a count", () => {
    const units = (panel: ShippedPanel): unknown[] => [
      panel.fieldConfig.defaults.unit,
      ...overridesIn(panel)
        .filter(({ id }) => id === "unit")
        .map(({ value }) => value),
    ];
    const exact = new Set<unknown>(["locale", "percentunit", "mps", "s", "cps", "string"]);

    expect(places((panel) => units(panel).some((unit) => !exact.has(unit)))).toEqual([]);
  });

  it("is in a row that fills the whole width", () => {
    for (const dashboard of dashboards) {
      const widths = new Map<number, number>();
      for (const { gridPos } of panelsOf(dashboard)) {
        const { y, w } = gridPos!;
        widths.set(y, (widths.get(y) ?? 0) + w);
      }
      expect(new Set(widths.values()), dashboard.title).toEqual(new Set([24]));
    }
  });

  it("says that it is empty for a loaded metrics.om exactly if its metrics are stored without times", () => {
    const isEmpty = ({ targets }: ShippedPanel): boolean =>
      targets.some(({ instant, expr }) => isEmptyOfCourse({ expression: expr, instant }));
    const saysSo = ({ description }: ShippedPanel): boolean =>
      description.startsWith("**Live, and empty for a loaded `metrics.om`:**");

    expect(places((panel) => isEmpty(panel) !== saysSo(panel))).toEqual([]);
    expect(panels.filter(({ panel }) => saysSo(panel)).length).toBeGreaterThan(3);
  });
});

describe("a table", () => {
  const namesIn = (panel: ShippedPanel & { type: "table" }): string[] => {
    const organized = panel.transformations!.find((one) => one.id === "organize")!;
    const { excludeByName, indexByName, renameByName } = organized.options;
    return Object.keys(indexByName)
      .filter((name) => !excludeByName[name])
      .map((name) => renameByName[name] ?? name);
  };
  /** A column without a width may take any width. */
  const widthIn = (panel: ShippedPanel, column: string): number =>
    (overriddenIn(panel, column, "custom.width") as number | undefined) ?? Number.POSITIVE_INFINITY;
  const wrong = (isWrong: (panel: ShippedPanel, columns: string[]) => boolean): string[] =>
    places((panel) => panel.type === "table" && isWrong(panel, namesIn(panel)), "table");

  it("shows all of its columns at 1,440 pixels, with the side bar open", () => {
    const whole = (panel: ShippedPanel, columns: string[]): number =>
      columns.reduce((sum, column) => sum + widthIn(panel, column), 0);

    expect(wrong((_, columns) => columns.length < 3)).toEqual([]);
    expect(wrong((panel, columns) => whole(panel, columns) > roomIn(panel))).toEqual([]);
  });

  it("has room for the name of each column", () => {
    expect(
      wrong((panel, columns) => columns.some((name) => widthOfHead(name) > widthIn(panel, name))),
    ).toEqual([]);
  });

  it("has room for the longest scenario, guarantee, cause and verdict", () => {
    const shipped = readdirSync(inRepository("scenarios"));
    const longest: Record<string, readonly string[]> = {
      scenario: shipped.filter((name) => name.endsWith(".yaml")).map((name) => name.replace(".yaml", "")),
      guarantee: guarantees,
      cause: causes,
      verdict: ["inconclusive"],
    };

    expect(
      wrong((panel, columns) =>
        columns.some((name) => longest[name]?.some((text) => widthOfHead(text) > widthIn(panel, name))),
      ),
    ).toEqual([]);
  });

  it("shows a step exactly as written", () => {
    const isNumber = (panel: ShippedPanel): boolean => overriddenIn(panel, "step", "unit") !== "string";

    const withSteps = wrong((_, columns) => columns.includes("step"));
    expect(withSteps.length).toBeGreaterThan(1);
    expect(wrong((panel, columns) => columns.includes("step") && isNumber(panel))).toEqual([]);
  });
});

describe("a bar gauge", () => {
  it("has one font size, and bars that leave enough room for their names", () => {
    expect(
      places((panel) => {
        if (panel.type !== "bargauge") return true;
        const { text, sizing, maxVizHeight, namePlacement } = panel.options;
        // Grafana measures a name left of a bar at a font size of 0.4 of the bar, and at least 12
        // pixels.
        const measured = Math.max(0.6 * maxVizHeight, 18) / 1.5;
        const fits = text?.titleSize !== undefined && text.titleSize <= measured;
        return !fits || text.valueSize === undefined || sizing !== "manual" || namePlacement !== "left";
      }, "bargauge"),
    ).toEqual([]);
  });

  it("names a single bar", () => {
    const isNameless = ({ targets, fieldConfig }: ShippedPanel): boolean =>
      targets.length === 1 && !fieldConfig.defaults.displayName?.startsWith("${__field.labels.");

    expect(places(isNameless, "bargauge")).toEqual([]);
  });
});

describe("a timeline", () => {
  it("has no value when its condition does not hold, since Grafana would draw it in black", () => {
    const drawsNo = ({ targets, fieldConfig }: ShippedPanel): boolean =>
      targets.some(({ expr }) => !expr.endsWith(" == 1")) ||
      JSON.stringify(fieldConfig).includes("transparent");

    expect(places(drawsNo, "state-timeline")).toEqual([]);
  });
});

describe("a count", () => {
  it("is shown in whole numbers, without extrapolation", () => {
    expect(queries.filter(({ expression }) => /\b(increase|delta|irate)\(/.test(expression))).toEqual([]);
  });

  it("is divided only by related counts, never a rate of losses by a rate of sends", () => {
    const shares = queries.filter(isShare);

    expect(shares.length).toBeGreaterThan(4);
    expect(shares.filter(({ expression }) => expression.includes("rate("))).toEqual([]);
  });

  it("has one mark at the time of each kill", () => {
    for (const { title, annotations } of dashboards) {
      const { useValueForTime, target } = annotations.list.find(({ name }) => name === "Kills")!;
      expect([useValueForTime, target.interval], title).toEqual([true, "1s"]);
      expect(target.expr, title).toContain(`${catalogue.lastKill.name}{`);
      expect(target.expr, title).toMatch(/ > 0\) \* 1000$/);
    }
  });

  it("is a point of a curve only if its run belongs to a sweep", () => {
    const curves = panels.filter(({ panel }) => panel.type === "xychart");
    expect(curves.length).toBe(2);

    for (const { where, panel } of curves) {
      for (const { expr } of panel.targets) expect(expr, where).toContain('step!="none"');
    }
  });
});

describe("a dashboard", () => {
  it("sends at most 28 queries per refresh", () => {
    for (const dashboard of dashboards) {
      const asked = panelsOf(dashboard).reduce((sum, { targets }) => sum + targets.length, 0);
      expect(asked + dashboard.annotations.list.length, dashboard.title).toBeLessThanOrEqual(28);
      expect(dashboard.refresh, dashboard.title).toBe("10s");
    }
  });
});
