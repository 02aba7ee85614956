import { describe, expect, it } from "vitest";

import { catalogue } from "../../../src/metrics/catalogue.js";
import { commonLabels } from "../../../src/metrics/labels.js";
import { complaintsAbout, metricOf } from "../../support/promql-complaints.js";
import { dashboards, panelsOf } from "../../support/dashboard-outputs.js";
import { readPromql } from "../../support/promql.js";
import { fillIn, queries, variables } from "../../support/dashboard-queries.js";

const asking = { step: 15, range: 900, scrapeInterval: 1 };

/** Metrics that are not on any panel, and why. */
const notShown = new Map([[catalogue.until.name, "used by an alert"]]);

describe("the queries of the dashboards", () => {
  it("use only metrics and labels of the catalogue, and have no default for missing series", () => {
    const complaints = queries.flatMap((query) =>
      complaintsAbout(fillIn(query, asking)).map((complaint) => `${query.where}: ${complaint}`),
    );

    expect(complaints).toEqual([]);
  });

  it("show every metric of the catalogue", () => {
    const shown = new Set(queries.flatMap(({ expression }) => metricsIn(expression)));

    const missing = Object.values(catalogue)
      .map(({ name }) => name)
      .filter((name) => !shown.has(name));
    expect(missing).toEqual([...notShown.keys()]);
  });

  it("are all limited to the selection on the dashboard", () => {
    const free = queries.filter(({ expression }) =>
      readPromql(fillIn({ expression, stepAtLeast: 0 }, asking)).selectors.some(
        ({ matchers }) =>
          !["scenario", "guarantee", "client"].every((name) => matchers.some(({ label }) => label === name)),
      ),
    );

    expect(free.map(({ where }) => where)).toEqual([]);
  });

  it("offer the labels of the metrics for selection", () => {
    expect(variables.length).toBe(3 * dashboards.length);
    for (const { label, metric } of variables) {
      expect(commonLabels).toContain(label);
      expect(metricOf(metric)?.name).toBe(metric);
    }
  });

  it("show a fault of one second at any range, by the highest value in each step", () => {
    const faults = queries.filter(({ expression }) => expression.includes(catalogue.faultActive.name));

    expect(faults.length).toBeGreaterThan(dashboards.length);
    for (const { where, expression } of faults)
      expect(expression, where).toMatch(/max_over_time\(lossbound_fault_active\{[^}]*\}\[\$__interval\]\)/);
  });

  it.each([
    ["sum(lossbound_messages_send_total)", "lossbound_messages_send_total is not in the catalogue"],
    ["lossbound_end_to_end_latency_seconds", "lossbound_end_to_end_latency_seconds is not in the catalogue"],
    ['lossbound_messages_sent_total{cause="log"}', "lossbound_messages_sent_total has no label cause"],
    ["sum by (cause) (lossbound_messages_sent_total)", "lossbound_messages_sent_total has no label cause"],
    [
      "sum by (le) (lossbound_end_to_end_latency_seconds_sum)",
      "lossbound_end_to_end_latency_seconds_sum has no label le",
    ],
    ['lossbound_messages_lost_total{cause="in transit"}', "cause is never in transit"],
    ["lossbound_messages_lost_total or vector(0)", "vector hides missing data"],
    ["lossbound_messages_lost_total OR lossbound_messages_sent_total", "or hides missing data"],
    ["absent(lossbound_messages_lost_total)", "absent hides missing data"],
    ["sum(lossbound_messages_lost_total", "invalid PromQL at 33 of sum(lossbound_messages_lost_total"],
  ])("are rejected, if one is %s", (expression, complaint) => {
    expect(complaintsAbout(expression)).toContain(complaint);
  });
});

describe("the variables of a query", () => {
  const expression = 'rate(lossbound_messages_sent_total{scenario=~"$scenario"}[$__rate_interval])';

  it("are filled in like in Grafana", () => {
    expect(fillIn({ expression, stepAtLeast: 0 }, asking)).toBe(
      'rate(lossbound_messages_sent_total{scenario=~".+"}[16s])',
    );
    const chosen = { scenario: ["a.b", "c"] };
    expect(fillIn({ expression, stepAtLeast: 0 }, { ...asking, step: 1, chosen })).toBe(
      String.raw`rate(lossbound_messages_sent_total{scenario=~"(a\\.b|c)"}[4s])`,
    );
    expect(fillIn({ expression: "[$__interval] [$__range]", stepAtLeast: 2 }, { ...asking, step: 1 })).toBe(
      "[2s] [900s]",
    );
  });

  it("must be known", () => {
    expect(() => fillIn({ expression: "x[$window]", stepAtLeast: 0 }, asking)).toThrow("unknown variable in");
  });
});

describe("the panels", () => {
  const panels = dashboards.flatMap((dashboard) =>
    panelsOf(dashboard).map((panel) => ({ dashboard: dashboard.title, ...panel })),
  );

  it("have a question as title, without duplicates on a dashboard", () => {
    expect(panels.filter(({ title }) => !title.endsWith("?"))).toEqual([]);
    for (const dashboard of dashboards) {
      const titles = panelsOf(dashboard).map(({ title }) => title);
      expect(new Set(titles).size, dashboard.title).toBe(titles.length);
    }
  });

  it("have a unit and a description that says when their numbers are valid", () => {
    for (const { title, description, fieldConfig } of panels) {
      expect(fieldConfig.defaults.unit, title).toMatch(/./);
      expect(description, title).toMatch(
        /^\*\*(Live:|Live, and empty|At the second of sending\*\*|Last value in the time range:)/,
      );
      expect(description.replace(/^\*\*.*?\. /, "").length, title).toBeGreaterThan(10);
    }
  });

  it("are described as live only if all their metrics are, and by the second of sending only for losses", () => {
    const moves = (panel: (typeof panels)[number]) =>
      panel.targets.flatMap(({ expr }) => metricsIn(expr)).map((name) => metricOf(name)!.moves);
    const isSaid = (words: string) =>
      panels.filter(({ description }) => description.startsWith(`**${words}`));

    const live = isSaid("Live");
    const proved = isSaid("At the second of sending");
    expect(
      live.filter((panel) => moves(panel).some((when) => when !== "live")).map(({ title }) => title),
    ).toEqual([]);
    expect(proved.filter((panel) => !moves(panel).includes("on proof")).map(({ title }) => title)).toEqual(
      [],
    );
    expect(live.length * proved.length).toBeGreaterThan(0);
  });

  it("do not overlap, and stay within the grid", () => {
    for (const { title, panels: placed } of dashboards) {
      const cells = placed.flatMap(({ gridPos }) => {
        const { x, y, w, h } = gridPos!;
        expect(x + w, title).toBeLessThanOrEqual(24);
        return Array.from({ length: w * h }, (_, cell) => `${x + (cell % w)} ${y + Math.floor(cell / w)}`);
      });
      expect(new Set(cells).size, title).toBe(cells.length);
    }
  });
});

describe("the dashboards", () => {
  it("have stable uids", () => {
    expect(dashboards.map(({ uid }) => uid)).toEqual([
      "lossbound-consumers-and-faults",
      "lossbound-every-run",
      "lossbound-guarantees-compared",
      "lossbound-loss-and-throughput",
      "lossbound-where-messages-die",
    ]);
  });

  it("have panels with unique ids", () => {
    for (const { title, panels } of dashboards)
      expect(new Set(panels.map(({ id }) => id)).size, title).toBe(panels.length);
  });
});

/** Returns the metrics of the catalogue in an expression. */
function metricsIn(expression: string): string[] {
  return readPromql(fillIn({ expression, stepAtLeast: 0 }, asking)).selectors.map(
    ({ metric }) => metricOf(metric)!.name,
  );
}
