import { isIP } from "node:net";

import { formatAddress, isHost, isLoopback, parseAddress, withoutBrackets } from "../../base/address.js";
import { LossboundError } from "../../base/errors.js";
import type { Environment } from "../environment.js";
import { openHosting, type Progress } from "../../processes/hosting.js";
import { connectToxiproxy, originOf } from "../links/toxiproxy.js";

export interface ExternalOptions {
  /** Some brokers of the cluster, as `host:port`. The cluster is asked for the others later. */
  brokers: readonly string[];
  /** URL of Toxiproxy's API. */
  toxiproxy: string;
  /** The address on which Toxiproxy listens for the workers, without a port. */
  proxyHost?: string | undefined;
  progress: Progress;
  signal?: AbortSignal | undefined;
}

/**
 * Opens an existing cluster and Toxiproxy, and neither changes nor stops them. lossbound adds only
 * the worker processes and the folders.
 *
 * @throws LossboundError `USAGE` for invalid addresses; `ENVIRONMENT` or `DEADLINE` if no Toxiproxy
 *   answers.
 */
export async function openExternal(options: ExternalOptions): Promise<Environment> {
  const bootstrap = bootstrapOf(options.brokers);
  const proxyHost = proxyHostOf(options);
  const toxiproxy = await connectToxiproxy(options.toxiproxy);
  options.signal?.throwIfAborted();
  const hosting = await openHosting(options.progress);
  return {
    kind: "external",
    versions: { broker: "unknown", proxy: toxiproxy.version },
    bootstrap,
    toxiproxy: toxiproxy.url,
    proxyHost,
    links: [],
    brokers: undefined,
    brokerLog: undefined,
    died: hosting.died,
    start: (order) => hosting.start(order),
    folder: (name, bytes) => hosting.folder(name, bytes),
    claim: (path) => hosting.claim(path),
    [Symbol.asyncDispose]: () => hosting[Symbol.asyncDispose](),
  };
}

function bootstrapOf(brokers: readonly string[]): string[] {
  if (brokers.length === 0) {
    throw new LossboundError("USAGE", "--brokers: expected at least one broker, such as 10.0.0.5:9092");
  }
  return brokers.map((broker) => {
    const { host, port } = parseAddress("--brokers", broker);
    // kafkajs splits an address at its first colon, even inside brackets.
    if (isIP(host) === 6) {
      throw new LossboundError(
        "USAGE",
        `--brokers: "${broker}" is an IPv6 address, which kafkajs cannot dial; use a host name or an IPv4 address`,
      );
    }
    return formatAddress(host, port);
  });
}

/**
 * Returns the address on which Toxiproxy listens for the workers. On this machine that is
 * 127.0.0.1, which no other machine can reach. For a remote Toxiproxy the user must name it,
 * because neither lossbound nor Toxiproxy knows which of its addresses the workers can reach.
 */
function proxyHostOf({ proxyHost, toxiproxy }: ExternalOptions): string {
  const host = proxyHost === undefined ? undefined : withoutBrackets(proxyHost);
  if (host !== undefined) {
    if (isHost(host)) return host;
    throw new LossboundError(
      "USAGE",
      `--proxy-host: expected a host name or an IP address, without a port, got "${proxyHost}"`,
    );
  }
  const origin = originOf(toxiproxy);
  if (isLoopback(new URL(origin).hostname)) return "127.0.0.1";
  throw new LossboundError(
    "USAGE",
    `--proxy-host is required because Toxiproxy at ${origin} is not on this machine; ` +
      "name the address on which it should listen for the workers",
  );
}
