import { messageOf } from "../base/errors.js";
import { formatDuration } from "../scenario/quantities.js";
import { kafkajsDriver } from "../kafka/kafkajs/driver.js";
import { Exporter } from "./exporter.js";
import { type MetricsServer, serveMetrics } from "./server.js";

/** How the metrics of a command's runs are published. */
export interface Publishing {
  /** Address to serve them on; port 0 picks a free one. */
  serve: { host: string; port: number } | undefined;
  /** How long to wait at the end for one last scrape, in milliseconds. */
  lingerMs: number | undefined;
  /** URL of a Pushgateway that gets them at the end. */
  pushgateway: string | undefined;
}

export interface Publication extends AsyncDisposable {
  readonly exporter: Exporter;
  /** `http://127.0.0.1:9464/metrics`; `undefined` if they are not served. */
  readonly url: string | undefined;
  /** Pushes the metrics of finished runs. A failure is only reported. */
  push(voice: Voice): Promise<void>;
  /**
   * Waits for the last scrape.
   *
   * @throws the reason that `signal` was aborted with.
   */
  linger(voice: Voice, signal: AbortSignal): Promise<void>;
}

/** Prints messages for the user. */
export interface Voice {
  /** Prints progress. */
  say(line: string): void;
  /** Prints what the command waits for, with `--quiet` too. */
  notify(line: string): void;
  /** Prints a warning. */
  warn(line: string): void;
}

/**
 * Starts publishing metrics.
 *
 * @throws LossboundError `ENVIRONMENT` if they cannot be served.
 */
export async function publish({ serve, lingerMs, pushgateway }: Publishing): Promise<Publication> {
  const exporter = new Exporter(kafkajsDriver.name, { lingers: lingerMs !== undefined });
  const server: MetricsServer | undefined = serve && (await serveMetrics(exporter, serve));
  return {
    exporter,
    url: server?.url,
    async push({ say, warn }) {
      if (pushgateway === undefined) return;
      try {
        await exporter.push(pushgateway);
        say(`pushed the metrics to ${pushgateway}`);
      } catch (error) {
        warn(`cannot push the metrics to ${pushgateway}: ${whyOf(error)}`);
      }
    },
    async linger({ notify, warn }, signal) {
      if (server === undefined || lingerMs === undefined) return;
      const limit = formatDuration(lingerMs);
      notify(`waiting up to ${limit} for a last scrape of ${server.url}`);
      if (!(await server.nextScrape(lingerMs, signal))) {
        warn(`no scrape of ${server.url} within ${limit} of the end; the totals are in metrics.om`);
      }
    },
    async [Symbol.asyncDispose]() {
      await server?.[Symbol.asyncDispose]();
    },
  };
}

/**
 * Returns the reason of an error. If a host has two addresses that both refuse, its message is
 * empty.
 */
function whyOf(error: unknown): string {
  const { code } = error as { code?: unknown };
  return messageOf(error).trim() || String(code);
}
