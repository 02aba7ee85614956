import { messageOf } from "../base/errors.js";
import { formatDuration } from "../scenario/quantities.js";
import { kafkajsDriver } from "../kafka/kafkajs/driver.js";
import { Exporter } from "./exporter.js";
import { type MetricsServer, serveMetrics } from "./server.js";

/** Who is to be given the metrics of a command's runs. */
export interface Publishing {
  /** Where they are served while it goes on; port 0 takes a free one. */
  serve: { host: string; port: number } | undefined;
  /** How long to wait at the end until somebody has scraped them once more, in milliseconds. */
  lingerMs: number | undefined;
  /** URL of a Pushgateway that is given them at the end. */
  pushgateway: string | undefined;
}

export interface Publication extends AsyncDisposable {
  readonly exporter: Exporter;
  /** `http://127.0.0.1:9464/metrics`; `undefined` where they are not served. */
  readonly url: string | undefined;
  /** Pushes what runs that are over have to say. What goes wrong changes nothing about the runs. */
  push(voice: Voice): Promise<void>;
  /**
   * Waits for the last scrape.
   *
   * @throws whatever `signal` was aborted with.
   */
  linger(voice: Voice, signal: AbortSignal): Promise<void>;
}

/** Who hears of it: what goes on, what somebody has to wait for, and what goes wrong. */
export interface Voice {
  say(line: string): void;
  /** Who asked for quiet hears it too: nobody is to wait without knowing why. */
  notify(line: string): void;
  complain(line: string): void;
}

/** @throws LossboundError `ENVIRONMENT` where they cannot be served. */
export async function publish({ serve, lingerMs, pushgateway }: Publishing): Promise<Publication> {
  const exporter = new Exporter(kafkajsDriver.name, { lingers: lingerMs !== undefined });
  const server: MetricsServer | undefined = serve && (await serveMetrics(exporter, serve));
  return {
    exporter,
    url: server?.url,
    async push({ say, complain }) {
      if (pushgateway === undefined) return;
      try {
        await exporter.push(pushgateway);
        say(`pushed the metrics to ${pushgateway}`);
      } catch (error) {
        complain(`could not push the metrics to ${pushgateway}: ${whyOf(error)}`);
      }
    },
    async linger({ notify, complain }, signal) {
      if (server === undefined || lingerMs === undefined) return;
      const limit = formatDuration(lingerMs);
      notify(`waiting for a last scrape of ${server.url}, at most ${limit}`);
      if (!(await server.nextScrape(lingerMs, signal))) {
        complain(`nobody scraped ${server.url} within ${limit} of the end: the totals are in metrics.om`);
      }
    },
    async [Symbol.asyncDispose]() {
      await server?.[Symbol.asyncDispose]();
    },
  };
}

/** A host of two addresses that both refuse is an error without words. */
function whyOf(error: unknown): string {
  const { code } = error as { code?: unknown };
  return messageOf(error).trim() || String(code);
}
