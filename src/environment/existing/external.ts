import { isIP } from "node:net";

import { formatAddress, isHost, isLoopback, parseAddress, withoutBrackets } from "../../base/address.js";
import { LossboundError } from "../../base/errors.js";
import type { Environment } from "../environment.js";
import { openHosting, type Progress } from "../../processes/hosting.js";
import { connectToxiproxy, originOf } from "../links/toxiproxy.js";

export interface ExternalOptions {
  /** Some brokers of the cluster, `host:port` each; it is asked for all of them later. */
  brokers: readonly string[];
  /** URL of Toxiproxy's API. */
  toxiproxy: string;
  /** Where Toxiproxy is to listen for the workers, without a port. */
  proxyHost?: string | undefined;
  progress: Progress;
  signal?: AbortSignal | undefined;
}

/**
 * A cluster and a Toxiproxy that exist already. Nothing of theirs is changed or ended here: only the
 * worker processes and the folders are ours.
 *
 * @throws LossboundError `USAGE` for addresses that are none; `ENVIRONMENT` or `DEADLINE` when no
 * Toxiproxy answers.
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
    throw new LossboundError("USAGE", "--brokers names no broker (such as 10.0.0.5:9092,10.0.0.6:9092)");
  }
  return brokers.map((broker) => {
    const { host, port } = parseAddress("--brokers", broker);
    // Our Kafka client splits an address at its first colon, brackets or not.
    if (isIP(host) === 6) {
      throw new LossboundError(
        "USAGE",
        `--brokers: "${broker}" is an IPv6 address, which kafkajs cannot dial: give a host name or an IPv4 address`,
      );
    }
    return formatAddress(host, port);
  });
}

/**
 * A Toxiproxy on this machine listens on 127.0.0.1, where only this machine reaches it. Where another
 * one runs, it does not know by which of its addresses we see it, nor do we.
 */
function proxyHostOf({ proxyHost, toxiproxy }: ExternalOptions): string {
  const host = proxyHost === undefined ? undefined : withoutBrackets(proxyHost);
  if (host !== undefined) {
    if (isHost(host)) return host;
    throw new LossboundError("USAGE", `--proxy-host: "${proxyHost}" is not a host (no port, no URL)`);
  }
  const origin = originOf(toxiproxy);
  if (isLoopback(new URL(origin).hostname)) return "127.0.0.1";
  throw new LossboundError(
    "USAGE",
    `Toxiproxy at ${origin} is not on this machine: say with --proxy-host on which of its addresses ` +
      "it is to listen for the workers",
  );
}
