import { existsSync, realpathSync } from "node:fs";
import { mkdir, writeFile } from "node:fs/promises";
import { basename, dirname, join } from "node:path";

import { LossboundError } from "../../base/errors.js";
import type { Hosting } from "../../processes/hosting.js";
import { localHost } from "../../processes/ports.js";
import { startWebServer, type WebServer } from "./web-server.js";

export interface GrafanaWanted {
  /** The program. */
  command: string;
  /** URL of the Prometheus that it queries. */
  prometheus: string;
  /** Scrape interval of that Prometheus, in milliseconds. */
  everyMs: number;
  /** The folder of the dashboards. */
  dashboards: string;
  /** The file of the home dashboard. */
  home: string;
  signal: AbortSignal;
}

const usualPort = 3000;
const dataBytes = 64 * 1024 ** 2;

/**
 * Starts a Grafana on 127.0.0.1 with the data source and the dashboards. Any user of this machine
 * can view them without a password. Update checks, the news feed and usage reports are turned off.
 *
 * @throws LossboundError `ENVIRONMENT` with its output, or `DEADLINE`, if it does not start.
 */
export async function startGrafana(
  hosting: Pick<Hosting, "start" | "folder">,
  { command, signal, ...provisioned }: GrafanaWanted,
): Promise<WebServer> {
  const { homePath, program } = installedAt(command);
  return await startWebServer(hosting, {
    name: "grafana",
    usualPort,
    dataBytes,
    readyPath: "/api/health",
    signal,
    prepare: async (folder, port) => ({
      command: program,
      args: [...(basename(program) === "grafana-server" ? [] : ["server"]), "--homepath", homePath],
      env: {
        GF_PATHS_DATA: join(folder, "data"),
        GF_PATHS_LOGS: join(folder, "logs"),
        GF_PATHS_PLUGINS: join(folder, "plugins"),
        GF_PATHS_PROVISIONING: await provisioning(folder, provisioned),
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
        GF_DASHBOARDS_DEFAULT_HOME_DASHBOARD_PATH: provisioned.home,
      },
    }),
  });
}

/**
 * Writes the provisioning files for the data source and the dashboards, and returns their folder.
 */
async function provisioning(
  folder: string,
  { prometheus, everyMs, dashboards }: Pick<GrafanaWanted, "prometheus" | "everyMs" | "dashboards">,
): Promise<string> {
  const path = join(folder, "provisioning");
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
  await provision(path, "datasources", { apiVersion: 1, datasources: [source] });
  const provider = {
    name: "lossbound",
    folder: "lossbound",
    type: "file",
    disableDeletion: true,
    allowUiUpdates: false,
    options: { path: dashboards },
  };
  await provision(path, "dashboards", { apiVersion: 1, providers: [provider] });
  return path;
}

/**
 * Finds the files that Grafana needs to start, and its program. In the archive the files surround
 * the program; Homebrew and Debian install them in `share/grafana`. On Debian, the command on PATH
 * is a script that would put its own configuration before ours. A program next to the files is
 * therefore preferred.
 *
 * @throws LossboundError `ENVIRONMENT`
 */
function installedAt(command: string): { homePath: string; program: string } {
  const installed = realpathSync(command);
  const around = dirname(dirname(installed));
  const folders = [around, join(around, "share/grafana"), "/usr/share/grafana"];
  const homePath = folders.find((folder) => existsSync(join(folder, "conf/defaults.ini")));
  if (homePath === undefined) {
    throw new LossboundError(
      "ENVIRONMENT",
      `cannot start Grafana "${command}" because conf/defaults.ini was not found in ${folders.join(", ")}`,
    );
  }
  const beside = join(homePath, "bin/grafana");
  return { homePath, program: existsSync(beside) ? beside : installed };
}

/** Writes a provisioning file. JSON is valid YAML. */
async function provision(folder: string, what: string, content: object): Promise<void> {
  await mkdir(join(folder, what), { recursive: true });
  await writeFile(join(folder, what, "lossbound.yaml"), JSON.stringify(content));
}
