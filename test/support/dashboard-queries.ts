import { dashboards, panelsOf } from "./dashboard-outputs.js";
import { metricOf } from "./promql-complaints.js";
import { readPromql } from "./promql.js";

/** One question that a dashboard asks of Prometheus, and where it asks it. */
export interface Query {
  where: string;
  expression: string;
  /** Asked once, at the end of the range; else at each step of it. */
  instant: boolean;
  /** Seconds that a step has at least. */
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

/** The labels whose values are offered, and the metric they are taken of. */
export const variables: readonly { label: string; metric: string }[] = dashboards.flatMap(({ templating }) =>
  templating.list.flatMap(({ query }) => {
    if (query === "prometheus") return [];
    const [, metric, label] = /^label_values\((\w+), (\w+)\)$/.exec(query.query) ?? [];
    return [{ label: label!, metric: metric! }];
  }),
);

/** What Grafana knows when it asks; times in seconds. */
export interface Asking {
  step: number;
  range: number;
  /** Of the data source: how often Prometheus scrapes. */
  scrapeInterval: number;
  /** What is chosen of each variable; all of it where nothing is said. */
  chosen?: Partial<Record<"scenario" | "guarantee" | "client", readonly string[]>>;
}

/**
 * Fills in the variables as Grafana does. The range of a rate is a step and a scrape more, and four
 * scrapes at least; several chosen values become one regular expression.
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
  if (filled.includes("$")) throw new Error(`a variable that nobody fills in: ${filled}`);
  return filled;
}

export function stepOf({ stepAtLeast }: Pick<Query, "stepAtLeast">, asking: Asking): number {
  return Math.max(stepAtLeast, asking.step, asking.scrapeInterval);
}

/** `.+` is what the dashboards say for all. */
function regexOf(chosen: readonly string[] | undefined): string {
  if (chosen === undefined) return ".+";
  // Once for the regular expression, and once for the string that it stands in.
  const escaped = chosen.map((value) => value.replaceAll(/[$()*+.?[\\\]^{}|]/g, String.raw`\\$&`));
  return escaped.length === 1 ? escaped[0]! : `(${escaped.join("|")})`;
}

/** Asked of the steps of a sweep alone. */
export function isOfSweeps({ expression }: Pick<Query, "expression">): boolean {
  return expression.includes('step!="none"');
}

/** The course of a run has one sample of what has no time of its own: nothing to see a counter grow by. */
export function isEmptyOfCourse({ expression, instant }: Pick<Query, "expression" | "instant">): boolean {
  const asking = { step: 1, range: 900, scrapeInterval: 1 };
  return readPromql(fillIn({ expression, stepAtLeast: 0 }, asking)).selectors.some(({ metric }) => {
    const { timeless = false, type } = metricOf(metric)!;
    return !instant && timeless && type !== "gauge";
  });
}

/** A part of a whole, which is never below 0, nor above 1. */
export function isShare({ expression }: Pick<Query, "expression">): boolean {
  return / \/ |_ratio\b/.test(expression);
}
