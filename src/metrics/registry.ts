import { type Gauge, Pushgateway, Registry } from "prom-client";

import { type Metric, catalogue } from "./catalogue.js";
import type { Sample } from "./samples.js";

/** The metrics as Prometheus takes them. */
export interface MetricsText {
  contentType: string;
  /** All samples, in Prometheus' text format. */
  render(samples: readonly Sample[]): Promise<string>;
  /**
   * Gives them to a Pushgateway, in place of what it has of this group.
   *
   * @throws whatever the connection, or the gateway, has against it.
   */
  push(url: string, samples: readonly Sample[], group: Record<string, string>): Promise<void>;
}

const jobName = "lossbound";
const pushLimitMs = 10_000;

/** A registry of our own: nothing but the catalogue is in it. */
export function openMetricsText(): MetricsText {
  let now = new Map<string, Sample[]>();
  const registry = new Registry();
  for (const metric of Object.values(catalogue)) register(metric, registry, () => now.get(metric.name) ?? []);
  const take = (samples: readonly Sample[]): void => {
    now = new Map();
    for (const sample of samples)
      now.set(sample.metric.name, [...(now.get(sample.metric.name) ?? []), sample]);
  };
  return {
    contentType: registry.contentType,
    render: async (samples) => {
      take(samples);
      return await registry.metrics();
    },
    push: async (url, samples, groupings) => {
      take(samples);
      await new Pushgateway(url, { timeout: pushLimitMs }, registry).push({ jobName, groupings });
    },
  };
}

/**
 * A metric whose values are not its own: the black boxes count, and here it is only told. The classes of
 * prom-client count themselves; of a metric, its registry wants a name and `get`, and no more.
 */
function register({ name, type, help }: Metric, registry: Registry, samples: () => Sample[]): void {
  const get = async (): Promise<object> => ({
    name,
    help,
    type,
    values: samples().map(({ suffix, labels, value }) => ({ metricName: `${name}${suffix}`, labels, value })),
  });
  registry.registerMetric({ name, get } as unknown as Gauge);
}
