import { join } from "node:path";

import { waitUntil } from "../../src/base/wait.js";
import { type Prometheus, startPrometheus } from "../../src/environment/prometheus.js";
import type { Exporter } from "../../src/metrics/exporter.js";
import { serveMetrics } from "../../src/metrics/server.js";
import type { Laboratory } from "../run/on-local.js";
import { outFolder } from "./outputs.js";

/** A Prometheus with our rules that scrapes an exporter each second. */
export interface Watch extends AsyncDisposable {
  readonly prometheus: Prometheus;
  /** Resolves when the expression has an answer. */
  until(expression: string): Promise<void>;
}

export async function watch(lab: Laboratory, exporter: Exporter, command: string): Promise<Watch> {
  const server = await serveMetrics(exporter, { host: "127.0.0.1", port: 0 });
  try {
    const prometheus = await startPrometheus(lab.environment, {
      command,
      targets: [new URL(server.url).host],
      everyMs: 1000,
      rules: [join(outFolder, "rules.yaml")],
      signal: new AbortController().signal,
    });
    return {
      prometheus,
      async until(expression) {
        const answer = async () => (await prometheus.query(expression))[0];
        await waitUntil(`Prometheus to answer ${expression}`, answer, { limitMs: 20_000, everyMs: 100 });
      },
      async [Symbol.asyncDispose]() {
        await prometheus[Symbol.asyncDispose]();
        await server[Symbol.asyncDispose]();
      },
    };
  } catch (error) {
    await server[Symbol.asyncDispose]();
    throw error;
  }
}
