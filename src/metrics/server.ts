import { type IncomingMessage, type ServerResponse, createServer } from "node:http";
import type { AddressInfo } from "node:net";

import { formatAddress, withoutBrackets } from "../base/address.js";
import { LossboundError, messageOf } from "../base/errors.js";
import { waitUntil } from "../base/wait.js";
import type { Exporter } from "./exporter.js";

/** Serves the metrics, from its start until it is disposed. */
export interface MetricsServer extends AsyncDisposable {
  /** `http://127.0.0.1:9464/metrics` */
  readonly url: string;
  /**
   * Resolves when somebody has been given what the metrics say from now on; false when nobody came within
   * the limit.
   *
   * @throws whatever `signal` was aborted with.
   */
  nextScrape(limitMs: number, signal: AbortSignal): Promise<boolean>;
}

/**
 * @param port 0 takes a free one.
 * @throws LossboundError `ENVIRONMENT` where nothing can listen there.
 */
export async function serveMetrics(
  exporter: Pick<Exporter, "scrape" | "contentType">,
  { host, port }: { host: string; port: number },
): Promise<MetricsServer> {
  /** Scrapes that have begun, and the number of the last one that was given its answer whole. */
  let begun = 0;
  let answered = 0;

  const answer = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const { pathname } = new URL(request.url ?? "/", "http://localhost");
    if (pathname !== "/metrics") return say(response, 404, "The metrics are at /metrics.\n");
    if (request.method !== "GET" && request.method !== "HEAD")
      return say(response, 405, "Metrics are only read.\n");
    response.setHeader("content-type", exporter.contentType);
    // Who asks for the head alone is told nothing, and has scraped nothing.
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
      // A scraper keeps its connection open for the next time.
      server.closeAllConnections();
      await closed;
    },
  };
}

/** Two that come from one address and call themselves the same are one: nothing tells them apart. */
function scraperOf({ socket, headers }: IncomingMessage): string {
  return `${socket.remoteAddress} ${headers["user-agent"]}`;
}

function say(response: ServerResponse, status: number, text: string): void {
  response.writeHead(status, { "content-type": "text/plain; charset=utf-8" }).end(text);
}

function cannotListen(host: string, port: number, error: NodeJS.ErrnoException): LossboundError {
  const where = formatAddress(host, port);
  const why = error.code === "EADDRINUSE" ? "the address is taken" : messageOf(error);
  const advice = error.code === "EADDRINUSE" ? "; --metrics-port 0 takes a free port" : "";
  return new LossboundError("ENVIRONMENT", `cannot serve metrics at ${where}: ${why}${advice}`, {
    cause: error,
  });
}
