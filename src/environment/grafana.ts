import { readFileSync, realpathSync } from "node:fs";
import { mkdir, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";

import type { Hosting } from "./hosting.js";
import { localHost, portOr } from "./ports.js";
import { untilReady } from "./ready.js";
import type { HostedProcess } from "./warden.js";

export interface GrafanaWanted {
  /** The program. */
  command: string;
  /** URL of the Prometheus that it asks. */
  prometheus: string;
  /** How often that scrapes, in milliseconds. */
  everyMs: number;
  /** Folder of the dashboards. */
  dashboards: string;
  signal: AbortSignal;
}

/** A Grafana of our own. */
export interface Grafana extends AsyncDisposable {
  /** `http://127.0.0.1:3000` */
  readonly url: string;
}

const usualPort = 3000;
const dataBytes = 64 * 1024 ** 2;
const stopLimitMs = 10_000;
const answerLimitMs = 5_000;

/**
 * Starts a Grafana on 127.0.0.1 that has the data source and the dashboards, and lets everybody on this
 * machine look without a password. It asks nobody for news, and tells nobody anything.
 *
 * @throws LossboundError `ENVIRONMENT` where it does not start, with what it printed; `DEADLINE`.
 */
export async function startGrafana(
  hosting: Pick<Hosting, "start" | "folder">,
  { command, prometheus, everyMs, dashboards, signal }: GrafanaWanted,
): Promise<Grafana> {
  const port = await portOr(usualPort);
  const folder = await hosting.folder("grafana", dataBytes);
  const output = join(folder.path, "grafana.log");
  const provisioning = join(folder.path, "provisioning");
  const url = `http://${localHost}:${port}`;
  let process: HostedProcess | undefined;
  const end = async (): Promise<void> => {
    await process?.stop(stopLimitMs);
    await folder[Symbol.asyncDispose]();
  };
  try {
    const source = {
      name: "lossbound",
      type: "prometheus",
      access: "proxy",
      url: prometheus,
      isDefault: true,
      jsonData: { timeInterval: `${everyMs / 1000}s` },
    };
    await provision(provisioning, "datasources", { apiVersion: 1, datasources: [source] });
    const provider = { name: "lossbound", folder: "lossbound", type: "file", options: { path: dashboards } };
    await provision(provisioning, "dashboards", { apiVersion: 1, providers: [provider] });
    process = await hosting.start({
      name: `grafana at ${localHost}:${port}`,
      command,
      // Its own files lie beside the folder that the program is in.
      args: ["server", "--homepath", dirname(dirname(realpathSync(command)))],
      env: {
        GF_PATHS_DATA: join(folder.path, "data"),
        GF_PATHS_LOGS: join(folder.path, "logs"),
        GF_PATHS_PLUGINS: join(folder.path, "plugins"),
        GF_PATHS_PROVISIONING: provisioning,
        GF_SERVER_HTTP_ADDR: localHost,
        GF_SERVER_HTTP_PORT: String(port),
        GF_AUTH_ANONYMOUS_ENABLED: "true",
        GF_AUTH_ANONYMOUS_ORG_ROLE: "Viewer",
        GF_ANALYTICS_REPORTING_ENABLED: "false",
        GF_ANALYTICS_CHECK_FOR_UPDATES: "false",
        GF_ANALYTICS_CHECK_FOR_PLUGIN_UPDATES: "false",
      },
      output,
    });
    await untilReady(
      process,
      () => readFileSync(output, "utf8"),
      () => isReady(url),
      signal,
    );
  } catch (error) {
    await end();
    throw error;
  }
  return { url, [Symbol.asyncDispose]: end };
}

/** JSON is YAML. */
async function provision(folder: string, what: string, content: object): Promise<void> {
  await mkdir(join(folder, what), { recursive: true });
  await writeFile(join(folder, what, "lossbound.yaml"), JSON.stringify(content));
}

async function isReady(url: string): Promise<boolean> {
  const { ok } = await fetch(`${url}/api/health`, { signal: AbortSignal.timeout(answerLimitMs) });
  return ok;
}
