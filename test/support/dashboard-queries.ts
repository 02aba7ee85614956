import { dashboards, panelsOf } from "./dashboard-outputs.js";
import { metricOf } from "./promql-complaints.js";
import { readPromql } from "./promql.js";

/** A query of a dashboard, and its location. */
export interface Query {
  where: string;
  expression: string;
  /** Whether it is evaluated once at the end of the range, rather than at each step. */
  instant: boolean;
  /** The minimum step in seconds. */
  stepAtLeast: number;
}

/** The expressions of all panels and annotations, with their variables. */
export const queries: readonly Query[] = dashboards.flatMap((dashboard) => [
  ...panelsOf(dashboard).flatMap((panel) =>
    panel.targets.map((target) => queryOf(`${dashboard.title} / ${panel.title} / ${target.refId}`, target)),
  ),
  ...dashboard.annotations.list.map(({ name, target }) =>
    queryOf(`${dashboard.title} / annotation ${name}`, target),
  ),
]);

function queryOf(
  where: string,
  target: { expr: string; instant: boolean; interval?: string | undefined },
): Query {
  const { expr, instant, interval } = target;
  return { where, expression: expr, instant, stepAtLeast: Number((interval ?? "0s").replace(/s$/, "")) };
}

/** The labels that the variables offer, and the metrics that provide their values. */
export const variables: readonly { label: string; metric: string }[] = dashboards.flatMap(({ templating }) =>
  templating.list.flatMap(({ query }) => {
    if (query === "prometheus") return [];
    const [, metric, label] = /^label_values\((\w+), (\w+)\)$/.exec(query.query) ?? [];
    return [{ label: label!, metric: metric! }];
  }),
);

/** Grafana's parameters of a query; times are in seconds. */
export interface Asking {
  step: number;
  range: number;
  /** The scrape interval of the data source. */
  scrapeInterval: number;
  /** The selected values of each variable (default: all). */
  chosen?: Partial<Record<"scenario" | "guarantee" | "client", readonly string[]>>;
}

/**
 * Fills in the variables as Grafana does. The range of a rate is one step plus one scrape interval,
 * and at least four scrape intervals. Several selected values become one regular expression.
 */
export function fillIn(query: Pick<Query, "expression" | "stepAtLeast">, asking: Asking): string {
  const step = stepOf(query, asking);
  const rate = Math.max(step + asking.scrapeInterval, 4 * asking.scrapeInterval);
  const values: Record<string, string> = {
    __rate_interval: `${rate}s`,
    __interval: `${step}s`,
    __range: `${asking.range}s`,
    ...Object.fromEntries(
      (["scenario", "guarantee", "client"] as const).map((name) => [name, regexOf(asking.chosen?.[name])]),
    ),
  };
  const filled = query.expression.replaceAll(/\$(\w+)/g, (written, name: string) => values[name] ?? written);
  if (filled.includes("$")) throw new Error(`unknown variable in ${filled}`);
  return filled;
}

export function stepOf({ stepAtLeast }: Pick<Query, "stepAtLeast">, asking: Asking): number {
  return Math.max(stepAtLeast, asking.step, asking.scrapeInterval);
}

/** Returns a regular expression for the selected values; the dashboards use `.+` for all. */
function regexOf(chosen: readonly string[] | undefined): string {
  if (chosen === undefined) return ".+";
  // Escape twice: for the regular expression and for the string that contains it.
  const escaped = chosen.map((value) => value.replaceAll(/[$()*+.?[\\\]^{}|]/g, String.raw`\\$&`));
  return escaped.length === 1 ? escaped[0]! : `(${escaped.join("|")})`;
}

/** Whether a query covers only the steps of a sweep. */
export function isOfSweeps({ expression }: Pick<Query, "expression">): boolean {
  return expression.includes('step!="none"');
}

/**
 * Whether a query returns nothing for the course of a run. Metrics without a time of their own have
 * only one sample there, so no counter can be seen to grow.
 */
export function isEmptyOfCourse({ expression, instant }: Pick<Query, "expression" | "instant">): boolean {
  const asking = { step: 1, range: 900, scrapeInterval: 1 };
  return readPromql(fillIn({ expression, stepAtLeast: 0 }, asking)).selectors.some(({ metric }) => {
    const { timeless = false, type } = metricOf(metric)!;
    return !instant && timeless && type !== "gauge";
  });
}

/** Whether a query returns a share, which is always between 0 and 1. */
export function isShare({ expression }: Pick<Query, "expression">): boolean {
  return / \/ |_ratio\b/.test(expression);
}
