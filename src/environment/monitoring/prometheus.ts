import { writeFile } from "node:fs/promises";
import { join } from "node:path";

import { LossboundError } from "../../base/errors.js";
import type { Hosting } from "../../processes/hosting.js";
import { localHost } from "../../processes/ports.js";
import { answerLimitMs, startWebServer, type WebServer } from "./web-server.js";

export interface PrometheusWanted {
  /** The program. */
  command: string;
  /** `host:port` of what it is to scrape, at `/metrics`. */
  targets: readonly string[];
  /** How often it scrapes, and evaluates rules, in milliseconds. */
  everyMs: number;
  /** The port where it is to listen, where that is free. */
  usualPort?: number;
  /** What its data may take, in bytes: decides whether they fit on memory, and when the oldest go. */
  dataBytes?: number;
  /** Files of rules. */
  rules?: readonly string[];
  signal: AbortSignal;
}

/** A Prometheus of our own, with its data in a folder that goes with it. */
export interface Prometheus extends WebServer {
  /**
   * Asks for the values of an expression at a moment (milliseconds since 1970), or now.
   *
   * @throws LossboundError `ENVIRONMENT` where it is no expression, or nobody answers.
   */
  query(expression: string, at?: number): Promise<PrometheusSample[]>;
}

export interface PrometheusSample {
  labels: Readonly<Record<string, string>>;
  value: number;
}

/**
 * Starts a Prometheus on a free port of 127.0.0.1, in the warden's care.
 *
 * @throws LossboundError `ENVIRONMENT` where it does not start, with what it printed; `DEADLINE`.
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
      // JSON is YAML.
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
 * The limit is one of what is in blocks: as much again is for the last three hours, which are in none yet, and
 * for the block that is made of them, whose files are as large as they may get from the start.
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
    throw new LossboundError("ENVIRONMENT", `Prometheus does not answer ${expression}: ${error}`);
  }
  return data.result.map(({ metric, value: [, value] }) => ({ labels: metric, value: Number(value) }));
}
