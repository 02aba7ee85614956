import { execFile } from "node:child_process";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { promisify } from "node:util";

import { waitUntil } from "../../../src/base/wait.js";
import { freePorts } from "../../../src/processes/ports.js";
import { type Prometheus, startPrometheus } from "../../../src/environment/monitoring/prometheus.js";
import type { Exporter } from "../../../src/metrics/exporter.js";
import { serveMetrics } from "../../../src/metrics/server.js";
import type { Laboratory } from "../../support/laboratory.js";
import { outFolder } from "../../support/dashboard-outputs.js";

/** A Prometheus with the rules of lossbound that scrapes an exporter every second. */
export interface Watch extends AsyncDisposable {
  readonly prometheus: Prometheus;
  /** Resolves when the expression has a result. */
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

/** A Prometheus without targets that has the `metrics.om` of one run, loaded with promtool. */
export async function watchCourse(
  { environment }: Laboratory,
  course: string,
  tools: { prometheus: string; promtool: string },
): Promise<{ url: string } & AsyncDisposable> {
  const folder = await environment.folder("course", 64 * 1024 ** 2);
  const blocks = join(folder.path, "blocks");
  await promisify(execFile)(tools.promtool, ["tsdb", "create-blocks-from", "openmetrics", course, blocks]);
  const config = join(folder.path, "prometheus.yml");
  await writeFile(config, "global: {}\n");
  const [port] = await freePorts(1);
  const url = `http://127.0.0.1:${port}`;
  const process = await environment.start({
    name: "prometheus",
    command: tools.prometheus,
    args: [
      `--config.file=${config}`,
      `--storage.tsdb.path=${blocks}`,
      `--web.listen-address=127.0.0.1:${port}`,
    ],
    output: join(folder.path, "prometheus.log"),
  });
  const isReady = () =>
    fetch(`${url}/-/ready`).then(
      ({ ok }) => ok,
      () => false,
    );
  await waitUntil("Prometheus to be ready", isReady, {
    limitMs: 20_000,
    evidence: () => process.lastLines(),
  });
  return {
    url,
    async [Symbol.asyncDispose]() {
      await process.stop(10_000);
      await folder[Symbol.asyncDispose]();
    },
  };
}
