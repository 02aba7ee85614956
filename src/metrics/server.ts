import { type IncomingMessage, type ServerResponse, createServer } from "node:http";
import type { AddressInfo } from "node:net";

import { formatAddress, withoutBrackets } from "../base/address.js";
import { LossboundError, messageOf } from "../base/errors.js";
import { waitUntil } from "../base/wait.js";
import type { Exporter } from "./exporter.js";

/** Serves the metrics until it is disposed. */
export interface MetricsServer extends AsyncDisposable {
  /** `http://127.0.0.1:9464/metrics` */
  readonly url: string;
  /**
   * Resolves to true when a scrape that starts from now on was answered, and to false after the
   * limit.
   *
   * @throws the reason that `signal` was aborted with.
   */
  nextScrape(limitMs: number, signal: AbortSignal): Promise<boolean>;
}

/**
 * Starts the server.
 *
 * @param port 0 picks a free one.
 * @throws LossboundError `ENVIRONMENT` if it cannot listen on the address.
 */
export async function serveMetrics(
  exporter: Pick<Exporter, "scrape" | "contentType">,
  { host, port }: { host: string; port: number },
): Promise<MetricsServer> {
  /** Number of scrapes that have begun, and the last one that was answered completely. */
  let begun = 0;
  let answered = 0;

  const answer = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const { pathname } = new URL(request.url ?? "/", "http://localhost");
    if (pathname !== "/metrics") return say(response, 404, "not found; the metrics are at /metrics\n");
    if (request.method !== "GET" && request.method !== "HEAD")
      return say(response, 405, "only GET and HEAD are allowed\n");
    response.setHeader("content-type", exporter.contentType);
    // A HEAD request gets no metrics, so it does not count as a scrape.
    if (request.method === "HEAD") return void response.end();
    begun += 1;
    const scrape = begun;
    const { text, given } = await exporter.scrape(scraperOf(request));
    response.end(text, () => {
      given();
      answered = Math.max(answered, scrape);
    });
  };
  const server = createServer((request, response) => {
    answer(request, response).catch((error: unknown) => say(response, 500, `${messageOf(error)}\n`));
  });
  const bare = withoutBrackets(host);
  await new Promise<void>((resolve, reject) => {
    server.once("error", (error: NodeJS.ErrnoException) => reject(cannotListen(bare, port, error)));
    server.listen({ host: bare, port }, resolve);
  });

  return {
    url: `http://${formatAddress(bare, (server.address() as AddressInfo).port)}/metrics`,
    async nextScrape(limitMs, signal) {
      const before = begun;
      try {
        await waitUntil("a last scrape", () => answered > before, { limitMs, everyMs: 50, signal });
        return true;
      } catch (error) {
        if (error instanceof LossboundError && error.code === "DEADLINE") return false;
        throw error;
      }
    },
    async [Symbol.asyncDispose]() {
      const closed = new Promise((resolve) => server.close(resolve));
      // Scrapers keep their connections open for the next scrape.
      server.closeAllConnections();
      await closed;
    },
  };
}

/** Identifies a scraper by its address and user agent; two that share both count as one. */
function scraperOf({ socket, headers }: IncomingMessage): string {
  return `${socket.remoteAddress} ${headers["user-agent"]}`;
}

function say(response: ServerResponse, status: number, text: string): void {
  response.writeHead(status, { "content-type": "text/plain; charset=utf-8" }).end(text);
}

function cannotListen(host: string, port: number, error: NodeJS.ErrnoException): LossboundError {
  const where = formatAddress(host, port);
  const why = error.code === "EADDRINUSE" ? "the address is in use" : messageOf(error);
  const advice = error.code === "EADDRINUSE" ? "; use --metrics-port 0 for a free port" : "";
  return new LossboundError("ENVIRONMENT", `cannot serve metrics at ${where}: ${why}${advice}`, {
    cause: error,
  });
}
