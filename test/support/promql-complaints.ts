import { catalogue, type Metric } from "../../src/metrics/catalogue.js";
import { commonLabels, labelValues } from "../../src/metrics/labels.js";
import { readPromql } from "./promql.js";

const metrics: readonly Metric[] = Object.values(catalogue);

/** Functions that would show a value for missing data; a panel without data must be empty. */
const hidesMissing = ["vector", "absent", "absent_over_time", "or"];

/**
 * Lists where an expression contradicts the catalogue. `recorded` holds the names of recording
 * rules.
 */
export function complaintsAbout(expression: string, recorded: ReadonlySet<string> = new Set()): string[] {
  const { selectors, operations, errors } = readPromql(expression);
  return [
    ...errors.map((error) => `invalid PromQL ${error}`),
    ...hidesMissing
      // `or` between offsets of one metric is allowed.
      .filter((name) => operations.has(name) && (name !== "or" || metricsIn(selectors) > 1))
      .map((name) => `${name} hides missing data`),
    ...selectors.flatMap(({ metric, matchers, groupedBy }) => {
      const labels = recorded.has(metric) ? commonLabels : labelsOf(metric);
      if (labels === undefined) return [`${metric} is not in the catalogue`];
      return [
        ...[...matchers.map(({ label }) => label), ...groupedBy]
          .filter((label) => !labels.includes(label))
          .map((label) => `${metric} has no label ${label}`),
        ...matchers
          .filter(({ label, value }) => !canBe(label, value))
          .map(({ label, value }) => `${label} is never ${value}`),
      ];
    }),
  ];
}

function metricsIn(selectors: readonly { metric: string }[]): number {
  return new Set(selectors.map(({ metric }) => metric)).size;
}

/**
 * Returns the catalogue's metric for a name in an expression, which may be a part of a histogram.
 */
export function metricOf(name: string): Metric | undefined {
  return metrics.find(
    (metric) => metric.name === name || (isHistogram(metric) && partsOf(metric).includes(name)),
  );
}

function labelsOf(name: string): readonly string[] | undefined {
  const metric = metricOf(name);
  if (metric === undefined) return undefined;
  // A histogram has only the series of its parts, but none with its own name.
  if (isHistogram(metric) && metric.name === name) return undefined;
  const ofBuckets = name.endsWith("_bucket") ? ["le"] : [];
  return [...commonLabels, ...metric.labels, ...ofBuckets];
}

function isHistogram({ type }: Metric): boolean {
  return type === "histogram";
}

function partsOf({ name }: Metric): string[] {
  return [`${name}_bucket`, `${name}_sum`, `${name}_count`];
}

/**
 * Whether a label can have the value. Labels without a fixed list, such as bounds, can have any.
 */
function canBe(label: string, value: string): boolean {
  const values: readonly string[] | string | undefined = (
    labelValues as Record<string, readonly string[] | string>
  )[label];
  return !Array.isArray(values) || value === ".+" || values.includes(value);
}
