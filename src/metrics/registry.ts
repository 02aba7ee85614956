import { type Gauge, Pushgateway, Registry } from "prom-client";

import { type Metric, catalogue } from "./catalogue.js";
import type { Sample } from "./samples.js";

/** Renders samples for Prometheus. */
export interface MetricsText {
  contentType: string;
  /** Renders all samples in Prometheus' text format. */
  render(samples: readonly Sample[]): Promise<string>;
  /**
   * Pushes samples to a Pushgateway, which replaces those of the same group.
   *
   * @throws if the connection fails, or the gateway rejects the request.
   */
  push(url: string, samples: readonly Sample[], group: Record<string, string>): Promise<void>;
}

const jobName = "lossbound";
const pushLimitMs = 10_000;

/** Creates a renderer with a registry that has only the metrics of the catalogue. */
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
 * Registers a metric whose values come from outside, since the black boxes do the counting. The
 * metric classes of prom-client count themselves, but its registry needs only a name and `get`.
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
