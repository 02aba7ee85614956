import { randomInt } from "node:crypto";
import { fileURLToPath } from "node:url";

import { errorsIn, LossboundError, messageOf } from "../base/errors.js";
import { pause } from "../base/wait.js";
import { startGrafana } from "../environment/monitoring/grafana.js";
import { openLocal } from "../environment/local/local.js";
import { localHost, portOr } from "../processes/ports.js";
import { startPrometheus } from "../environment/monitoring/prometheus.js";
import { howEnded } from "../processes/run-to-end.js";
import { findTool, wantedOf } from "../environment/local/tools.js";
import type { HostedProcess } from "../processes/hosted-process.js";
import type { RunObserver } from "../experiment/progress.js";
import { kafkajsDriver } from "../kafka/kafkajs/driver.js";
import { Exporter } from "../metrics/exporter.js";
import { serveMetrics } from "../metrics/server.js";
import { makePlan, seedMax } from "../plan/plan.js";
import { repeatWith } from "./rerun-command.js";
import type { Result } from "../results/result.js";
import { refuseBadPlaces } from "../store/result-places.js";
import { refuseUnswept, runAll } from "./run.js";
import { readScenario } from "./scenario.js";

export interface UpOptions {
  /** Runs the scenarios again and again. */
  repeat: boolean;
  /** Of the first round. */
  seed: number;
  /** Whether it is that of all others, too; each draws one otherwise. */
  seedStays: boolean;
  out: string;
  observer: RunObserver;
  signal: AbortSignal;
  onResult: (result: Result) => void;
}

const metricsPort = 9464;
const prometheusPort = 9090;
/** A run is short: it is looked at each second. */
const everyMs = 1_000;
const prometheusBytes = 256 * 1024 ** 2;
const firstScrapeMs = 15_000;
/** Between two rounds the totals are scraped, before they begin at 0 again. */
const lastScrapeMs = 5 * everyMs;
/** What stands in the way of a run may be there for a while. */
const afterErrorMs = 5_000;

/**
 * Brings up brokers and Toxiproxy, the metrics, and a Prometheus and a Grafana where they are installed, and
 * keeps it all up until the signal is aborted. Scenarios run on it, once or again and again; one that needs
 * other brokers than the first, or harms them, has brokers of its own meanwhile. A run that could not be made,
 * and a Prometheus or a Grafana that ended, are said, and all else goes on.
 *
 * @throws the signal's reason, always; LossboundError before that where a scenario cannot be run at all,
 *   something cannot be started, or the brokers or Toxiproxy ended.
 */
export async function keepUp(files: readonly string[], options: UpOptions): Promise<never> {
  const { observer } = options;
  const scenarios = await Promise.all(files.map((file) => readScenario(file)));
  refuseUnswept(scenarios);
  refuseBadPlaces(
    options.out,
    scenarios.map(({ name }) => name),
  );
  const brokers = scenarios[0]?.brokers ?? { count: 1, config: {} };
  const progress = (line: string): void => observer.line(line);
  await using environment = await openLocal({ brokers, progress, signal: options.signal });
  const signal = AbortSignal.any([options.signal, environment.died]);
  const exporter = new Exporter(kafkajsDriver.name, { lingers: true });
  await using server = await serveMetrics(exporter, { host: localHost, port: await portOr(metricsPort) });
  progress(`brokers at ${environment.bootstrap.join(", ")}`);
  progress(`toxiproxy at ${environment.toxiproxy}`);
  progress(`metrics at ${server.url}`);

  const prometheusTool = await findTool("prometheus");
  await using prometheus =
    prometheusTool &&
    (await startPrometheus(environment, {
      command: prometheusTool.path,
      targets: [new URL(server.url).host],
      everyMs,
      usualPort: prometheusPort,
      dataBytes: prometheusBytes,
      rules: [fileURLToPath(new URL("rules.yaml", dashboards))],
      signal,
    }));
  const sayEnd = ({ name, ended }: HostedProcess): void => {
    void ended.then((end) => {
      if (!signal.aborted) progress(`${name} ended (${howEnded(end)}); all else goes on without`);
    });
  };
  if (prometheus) {
    progress(`prometheus at ${prometheus.url}`);
    sayEnd(prometheus.process);
  } else sayMissing("prometheus", progress);
  const grafanaTool = await findTool("grafana");
  await using grafana =
    prometheus &&
    grafanaTool &&
    (await startGrafana(environment, {
      command: grafanaTool.path,
      prometheus: prometheus.url,
      everyMs,
      dashboards: fileURLToPath(dashboards),
      home: fileURLToPath(new URL("loss-and-throughput.json", dashboards)),
      signal,
    }).catch((error: unknown) => {
      signal.throwIfAborted();
      say(error, progress);
      progress("all else goes on without grafana");
      return undefined;
    }));
  if (grafana) {
    progress(`grafana at ${grafana.url}/dashboards`);
    sayEnd(grafana.process);
  } else if (grafanaTool === undefined) sayMissing("grafana", progress);

  if (prometheus && scenarios.length > 0) {
    // It looks for its targets each five seconds: what it does not see begin at 0, it would miss for good.
    for (const scenario of scenarios) exporter.announce(makePlan(scenario, options.seed));
    await server.nextScrape(firstScrapeMs, signal);
  }
  for (let round = 1; round === 1 || options.repeat; round++) {
    const seed = round === 1 || options.seedStays ? options.seed : randomInt(seedMax + 1);
    if (round > 1) progress(`round ${round}, seed ${seed}`);
    try {
      await runAll(scenarios, {
        ...options,
        seed,
        signal,
        exporter,
        kept: { environment, brokers },
        repeatWith: ({ name }) => repeatWith(fileOf(files, scenarios, name), seed, {}),
      });
    } catch (error) {
      signal.throwIfAborted();
      say(error, progress);
      progress(`round ${round} ended with that; all else goes on`);
      await pause(afterErrorMs, signal);
    }
    if (prometheus) await server.nextScrape(lastScrapeMs, signal);
  }
  progress("all of it stays up until you stop it");
  for (;;) await pause(aDayMs, signal);
}

const dashboards = new URL("../../dashboards/out/", import.meta.url);
const aDayMs = 24 * 3600 * 1000;

/** What is not there is no error: the rest does without. */
function sayMissing(name: "prometheus" | "grafana", progress: (line: string) => void): void {
  const { wanted, install } = wantedOf(name);
  progress(`there is no ${wanted} on PATH; all else goes on without`);
  for (const line of install) progress(`  ${line}`);
}

/** With its evidence. */
function say(thrown: unknown, progress: (line: string) => void): void {
  for (const error of errorsIn(thrown)) {
    progress(messageOf(error));
    if (error instanceof LossboundError && error.detail) progress(error.detail);
  }
}

function fileOf(files: readonly string[], scenarios: readonly { name: string }[], name: string): string {
  return files[scenarios.findIndex((scenario) => scenario.name === name)]!;
}
