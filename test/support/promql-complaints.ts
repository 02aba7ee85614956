import { catalogue, type Metric } from "../../src/metrics/catalogue.js";
import { commonLabels, labelValues } from "../../src/metrics/labels.js";
import { readPromql } from "./promql.js";

const metrics: readonly Metric[] = Object.values(catalogue);

/** Each would make something of nothing: a panel that is empty has to show that it is. */
const standIns = ["vector", "absent", "absent_over_time", "or"];

/** What of an expression does not agree with the catalogue. `recorded` are the names that rules give. */
export function complaintsAbout(expression: string, recorded: ReadonlySet<string> = new Set()): string[] {
  const { selectors, operations, errors } = readPromql(expression);
  return [
    ...errors.map((error) => `no PromQL ${error}`),
    ...standIns
      // The same series at another time is no stand-in.
      .filter((name) => operations.has(name) && (name !== "or" || metricsIn(selectors) > 1))
      .map((name) => `${name} takes the place of what is missing`),
    ...selectors.flatMap(({ metric, matchers, groupedBy }) => {
      const labels = recorded.has(metric) ? commonLabels : labelsOf(metric);
      if (labels === undefined) return [`${metric} is not in the catalogue`];
      return [
        ...[...matchers.map(({ label }) => label), ...groupedBy]
          .filter((label) => !labels.includes(label))
          .map((label) => `${metric} has no label ${label}`),
        ...matchers
          .filter(({ label, value }) => !maySay(label, value))
          .map(({ label, value }) => `${label} is never ${value}`),
      ];
    }),
  ];
}

function metricsIn(selectors: readonly { metric: string }[]): number {
  return new Set(selectors.map(({ metric }) => metric)).size;
}

/** The metric of the catalogue that a name in an expression stands for, its histogram's parts among them. */
export function metricOf(name: string): Metric | undefined {
  return metrics.find(
    (metric) => metric.name === name || (isHistogram(metric) && partsOf(metric).includes(name)),
  );
}

function labelsOf(name: string): readonly string[] | undefined {
  const metric = metricOf(name);
  if (metric === undefined) return undefined;
  // A histogram has no series of its own name, only those of its parts.
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

/** Where the values of a label are closed, a matcher names one of them; the bounds' names are the scenarios'. */
function maySay(label: string, value: string): boolean {
  const values: readonly string[] | string | undefined = (
    labelValues as Record<string, readonly string[] | string>
  )[label];
  return !Array.isArray(values) || value === ".+" || values.includes(value);
}
