import { existsSync, readFileSync, realpathSync } from "node:fs";
import { mkdir, writeFile } from "node:fs/promises";
import { basename, dirname, join } from "node:path";

import { LossboundError } from "../base/errors.js";
import type { Hosting } from "./hosting.js";
import { localHost } from "./ports.js";
import { atFreePort, untilReady } from "./ready.js";
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
  /** File of the one that it begins with. */
  home: string;
  signal: AbortSignal;
}

/** A Grafana of our own. */
export interface Grafana extends AsyncDisposable {
  /** `http://127.0.0.1:3000` */
  readonly url: string;
  readonly process: HostedProcess;
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
  wanted: GrafanaWanted,
): Promise<Grafana> {
  return await atFreePort(usualPort, (port) => startAt(port, hosting, wanted));
}

async function startAt(
  port: number,
  hosting: Pick<Hosting, "start" | "folder">,
  { command, prometheus, everyMs, dashboards, home, signal }: GrafanaWanted,
): Promise<Grafana> {
  const { homePath, program } = installedAt(command);
  const folder = await hosting.folder(`grafana-${port}`, dataBytes);
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
      name: "Prometheus",
      uid: "lossbound-prometheus",
      type: "prometheus",
      access: "proxy",
      url: prometheus,
      isDefault: true,
      editable: false,
      jsonData: { httpMethod: "POST", timeInterval: `${everyMs / 1000}s` },
    };
    await provision(provisioning, "datasources", { apiVersion: 1, datasources: [source] });
    const provider = {
      name: "lossbound",
      folder: "lossbound",
      type: "file",
      disableDeletion: true,
      allowUiUpdates: false,
      options: { path: dashboards },
    };
    await provision(provisioning, "dashboards", { apiVersion: 1, providers: [provider] });
    process = await hosting.start({
      name: `grafana at ${localHost}:${port}`,
      command: program,
      args: [...(basename(program) === "grafana-server" ? [] : ["server"]), "--homepath", homePath],
      env: {
        GF_PATHS_DATA: join(folder.path, "data"),
        GF_PATHS_LOGS: join(folder.path, "logs"),
        GF_PATHS_PLUGINS: join(folder.path, "plugins"),
        GF_PATHS_PROVISIONING: provisioning,
        GF_SERVER_HTTP_ADDR: localHost,
        GF_SERVER_HTTP_PORT: String(port),
        GF_AUTH_ANONYMOUS_ENABLED: "true",
        GF_AUTH_ANONYMOUS_ORG_ROLE: "Viewer",
        GF_AUTH_DISABLE_LOGIN_FORM: "true",
        GF_AUTH_BASIC_ENABLED: "false",
        GF_ANALYTICS_REPORTING_ENABLED: "false",
        GF_ANALYTICS_CHECK_FOR_UPDATES: "false",
        GF_ANALYTICS_CHECK_FOR_PLUGIN_UPDATES: "false",
        GF_NEWS_NEWS_FEED_ENABLED: "false",
        GF_PLUGINS_PREINSTALL_DISABLED: "true",
        GF_DASHBOARDS_MIN_REFRESH_INTERVAL: "1s",
        GF_DASHBOARDS_DEFAULT_HOME_DASHBOARD_PATH: home,
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
  return { url, process, [Symbol.asyncDispose]: end };
}

/**
 * Grafana does not start without the files that come with it. They lie around the program in its archive, and
 * in `share/grafana` where Homebrew or Debian installed it. What Debian has on PATH is a script that names
 * files of its own in front of ours, so that the program beside the files comes first.
 *
 * @throws LossboundError `ENVIRONMENT`
 */
function installedAt(command: string): { homePath: string; program: string } {
  const installed = realpathSync(command);
  const around = dirname(dirname(installed));
  const places = [around, join(around, "share/grafana"), "/usr/share/grafana"];
  const homePath = places.find((place) => existsSync(join(place, "conf/defaults.ini")));
  if (homePath === undefined) {
    throw new LossboundError(
      "ENVIRONMENT",
      `${command} is no Grafana that can be started: there is no conf/defaults.ini in ${places.join(", ")}`,
    );
  }
  const beside = join(homePath, "bin/grafana");
  return { homePath, program: existsSync(beside) ? beside : installed };
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
