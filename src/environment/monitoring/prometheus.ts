import { writeFile } from "node:fs/promises";
import { join } from "node:path";

import { LossboundError } from "../../base/errors.js";
import type { Hosting } from "../../processes/hosting.js";
import { localHost } from "../../processes/ports.js";
import { answerLimitMs, startWebServer, type WebServer } from "./web-server.js";

export interface PrometheusWanted {
  /** The program. */
  command: string;
  /** `host:port` of the targets to scrape at `/metrics`. */
  targets: readonly string[];
  /** Interval of scrapes and rule evaluations, in milliseconds. */
  everyMs: number;
  /** The port to listen on, if it is free. */
  usualPort?: number;
  /**
   * Size limit of its data, in bytes. It decides whether the data fit in memory, and when the
   * oldest are deleted.
   */
  dataBytes?: number;
  /** Rule files. */
  rules?: readonly string[];
  signal: AbortSignal;
}

/** A Prometheus that lossbound started. Its data folder is deleted with it. */
export interface Prometheus extends WebServer {
  /**
   * Evaluates an expression at a moment (milliseconds since 1970; default: now).
   *
   * @throws LossboundError `ENVIRONMENT` if the expression is invalid.
   */
  query(expression: string, at?: number): Promise<PrometheusSample[]>;
}

export interface PrometheusSample {
  labels: Readonly<Record<string, string>>;
  value: number;
}

/**
 * Starts a Prometheus under the warden on a free port of 127.0.0.1.
 *
 * @throws LossboundError `ENVIRONMENT` with its output, or `DEADLINE`, if it does not start.
 */
export async function startPrometheus(
  hosting: Pick<Hosting, "start" | "folder">,
  { command, targets, everyMs, usualPort, dataBytes, rules = [], signal }: PrometheusWanted,
): Promise<Prometheus> {
  const server = await startWebServer(hosting, {
    name: "prometheus",
    usualPort,
    dataBytes,
    readyPath: "/-/ready",
    signal,
    prepare: async (folder, port) => {
      const config = join(folder, "prometheus.yml");
      // JSON is valid YAML.
      await writeFile(
        config,
        JSON.stringify({
          global: { scrape_interval: `${everyMs}ms`, evaluation_interval: `${everyMs}ms` },
          rule_files: rules,
          scrape_configs: [
            { job_name: "lossbound", scrape_timeout: `${everyMs}ms`, static_configs: [{ targets }] },
          ],
        }),
      );
      return {
        command,
        args: [
          `--config.file=${config}`,
          `--storage.tsdb.path=${join(folder, "data")}`,
          `--web.listen-address=${localHost}:${port}`,
          ...(dataBytes === undefined ? [] : limitsOf(dataBytes)),
        ],
      };
    },
  });
  return { ...server, query: (expression, at) => ask(server.url, expression, at) };
}

/**
 * Returns options that keep Prometheus below `dataBytes`. Its own limit covers only blocks, so it
 * gets half. The other half is for the last three hours, which are not in a block yet, and for the
 * block that is made from them, whose files have their full size from the start.
 */
function limitsOf(dataBytes: number): string[] {
  return [
    `--storage.tsdb.retention.size=${Math.floor(dataBytes / 2)}B`,
    `--storage.tsdb.max-block-chunk-segment-size=${Math.floor(dataBytes / 8)}B`,
  ];
}

interface Answer {
  status: "success" | "error";
  error?: string;
  data?: { result: { metric: Record<string, string>; value: [number, string] }[] };
}

async function ask(url: string, expression: string, at: number | undefined): Promise<PrometheusSample[]> {
  const body = new URLSearchParams({ query: expression, ...(at !== undefined && { time: `${at / 1000}` }) });
  const signal = AbortSignal.timeout(answerLimitMs);
  const response = await fetch(`${url}/api/v1/query`, { method: "POST", body, signal });
  const { error, data } = (await response.json()) as Answer;
  if (data === undefined) {
    throw new LossboundError("ENVIRONMENT", `Prometheus cannot evaluate "${expression}": ${error}`);
  }
  return data.result.map(({ metric, value: [, value] }) => ({ labels: metric, value: Number(value) }));
}
