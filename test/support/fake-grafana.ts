import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";

import { startGrafana } from "../../src/environment/monitoring/grafana.js";
import { openHosting } from "../../src/processes/hosting.js";
import type { WebServer } from "../../src/environment/monitoring/web-server.js";
import { inRepository } from "./paths.js";
import { fakeTool } from "./programs.js";

/** The answer of the fake Grafana to any request. */
export interface GrafanaSays {
  pid: number;
  args: string[];
  /** Its environment variables that begin with GF_. */
  env: Record<string, string>;
}

/**
 * Creates a fake Grafana, for machines without a real one. It answers every request with its
 * arguments and environment. Like the real one, it does not start without its own files.
 *
 * @returns the path of the program, which is in the `bin` folder of `folder`.
 */
export function fakeGrafana(folder: string, home = folder, name = "grafana"): string {
  mkdirSync(join(home, "conf"), { recursive: true });
  writeFileSync(join(home, "conf/defaults.ini"), "");
  fakeTool(join(folder, "bin"), name, script);
  return join(folder, "bin", name);
}

const script = `
[ "$1" = -v ] && { echo "grafana version 11.0.0"; exit; }
exec ${process.execPath} -e '
  const [, ...args] = process.argv;
  const home = args[args.indexOf("--homepath") + 1];
  if (!require("fs").existsSync(home + "/conf/defaults.ini")) {
    console.error("Grafana-server Init Failed: Could not find config defaults, make sure homepath command line parameter is set or working directory is homepath");
    process.exit(1);
  }
  const env = Object.fromEntries(Object.entries(process.env).filter(([key]) => key.startsWith("GF_")));
  require("http")
    .createServer((_, answer) => answer.end(JSON.stringify({ pid: process.pid, args, env })))
    .listen(+env.GF_SERVER_HTTP_PORT, env.GF_SERVER_HTTP_ADDR);
' -- "$@"`;

/** The dashboards of every Grafana in these tests. */
export const dashboards = inRepository("dashboards", "out");

/** Starts a Grafana as `lossbound up` does, and passes it and its answer to `look`. */
export async function startAndAsk(
  command: string,
  look: (grafana: WebServer, says: GrafanaSays) => Promise<void> | void,
): Promise<void> {
  await using hosting = await openHosting(() => {});
  const prometheus = "http://127.0.0.1:9090";
  await using grafana = await startGrafana(hosting, {
    command,
    prometheus,
    everyMs: 1_000,
    dashboards,
    home: join(dashboards, "loss-and-throughput.json"),
    signal: new AbortController().signal,
  });
  await look(grafana, (await (await fetch(grafana.url)).json()) as GrafanaSays);
}
