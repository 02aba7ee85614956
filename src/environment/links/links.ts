import type { ConnectionOptions } from "node:tls";

import { advertisedAddress, formatAddress } from "../../base/address.js";
import { LossboundError } from "../../base/errors.js";
import { waitUntil } from "../../base/wait.js";
import type { Role } from "../../scenario/role.js";
import type { AdvertisedLink } from "../environment.js";
import { type BrokerSign, watchBroker } from "./broker-watch.js";
import { type Link, linkOf } from "./link.js";
import { type Look, probeThrough } from "./evidence.js";
import { type Seen, textOf } from "./probe.js";
import { brokerProxy, type BrokerProxy } from "./broker-proxy.js";
import { together } from "../../base/together.js";
import { type Proxy, type Toxiproxy, isTaken } from "./toxiproxy.js";

/**
 * One proxy per broker and role, so that a fault on the producers' link does not affect the
 * consumers. Disposing it deletes these proxies, and no others.
 */
export interface Links extends AsyncDisposable {
  readonly producer: Link;
  readonly consumer: Link;
  /**
   * Shuts the proxies of a broker that has ended, unless the broker watch has already done so.
   * Toxiproxy accepts connections for a dead upstream, and messages written to them would be lost,
   * which would not happen without Toxiproxy. It must not be called before the broker's end:
   * messages that its port accepts until then are lost on any cluster.
   */
  brokerDown(broker: string): Promise<void>;
  /**
   * Reopens them once the broker is seen to accept connections, and once any `down` fault is over.
   * Call it only if the broker accepts connections or is about to.
   */
  brokerUp(broker: string): Promise<void>;
}

export interface LinksOptions {
  toxiproxy: Toxiproxy;
  brokers: readonly LinkedBroker[];
  /**
   * Listeners on which brokers advertise a proxy. That proxy must listen on the advertised address
   * and forward to the broker's listener for its role.
   */
  advertised?: readonly AdvertisedLink[] | undefined;
  /** The address on which Toxiproxy listens for the workers, without a port. */
  proxyHost: string;
  /** The only ports on which it may listen there (default: any free port). */
  proxyPorts?: readonly number[] | undefined;
  runId: string;
  /** Milliseconds since 1970. */
  clock: () => number;
  /** TLS settings for the probes, if the brokers use TLS. */
  tls?: ConnectionOptions | undefined;
  /** Called when a broker's port refuses or answers again, or when its proxies could not follow. */
  onBroker: (event: BrokerEvent) => void;
}

export interface LinkedBroker {
  id: number;
  /** `host:port` that it advertises. */
  address: string;
  /** `host:port` at which Toxiproxy reaches it. */
  upstream: string;
}

export type BrokerEvent =
  /** All of its proxies had been shut (`refuses`) or reopened (`answers`) by `at`. */
  | { kind: BrokerSign; broker: string; at: number }
  /**
   * They could not be shut or reopened: a message lost from now on may be lost because of
   * Toxiproxy.
   */
  | { kind: "failed"; broker: string; error: unknown };

/**
 * The brokers are up, so one that does not answer within this time is unreachable through its
 * proxy.
 */
const reachLimitMs = 5000;

/** Reasons to shut a proxy. They cannot clash with the ids of faults, which contain no spaces. */
const killed = "the broker was ended";
const refuses = "the broker refuses";

/**
 * Creates the proxies, and returns when each broker answers through both of its proxies.
 *
 * @throws LossboundError `ENVIRONMENT`, also if a broker advertises an address that cannot be
 *   dialled.
 */
export async function openLinks(options: LinksOptions): Promise<Links> {
  const { brokers, clock, onBroker } = options;
  for (const { address } of brokers) advertisedAddress(address);
  const over = new AbortController();
  const look: Look = { tls: options.tls, signal: over.signal };

  const made: BrokerProxy[] = [];
  const ports = options.proxyPorts?.values();
  const removeAll = async (): Promise<void> => {
    over.abort();
    await together(
      undefined,
      made.map((one) => () => one.remove()),
    );
  };
  let producer: BrokerProxy[];
  let consumer: BrokerProxy[];
  try {
    producer = await make("producer");
    consumer = await make("consumer");
    await together(
      undefined,
      made.map((one) => () => reach(one, look)),
    );
  } catch (error) {
    // The user needs the first error, not one of the clean-up.
    await removeAll().catch(() => {});
    throw error;
  }
  const watches = brokers.map(({ address }) => watchBroker(address, (sign) => follow(address, sign)));

  return {
    producer: linkOf({ role: "producer", proxies: producer, clock, look }),
    consumer: linkOf({ role: "consumer", proxies: consumer, clock, look }),
    async brokerDown(broker) {
      await together(
        undefined,
        proxiesOf(broker).map((one) => () => one.shut(killed)),
      );
    },
    async brokerUp(broker) {
      const proxies = proxiesOf(broker);
      // The watch may not have dialled it yet, and must not report this return after the next
      // death.
      await waitUntil(
        `broker ${broker} to accept connections again`,
        () => proxies.every(({ shutBy }) => !shutBy.has(refuses)),
        { limitMs: reachLimitMs, everyMs: 5, signal: over.signal },
      );
      await together(
        undefined,
        proxies.map((one) => () => one.reopen(killed)),
      );
    },
    async [Symbol.asyncDispose]() {
      await Promise.all(watches.map((watch) => watch[Symbol.asyncDispose]()));
      await removeAll();
    },
  };

  async function make(role: Role): Promise<BrokerProxy[]> {
    return await together(
      undefined,
      brokers.map(({ id, address, upstream }) => async () => {
        const name = `lossbound-${options.runId}-${role}-${id}`;
        const link = options.advertised?.find((one) => one.role === role && one.broker === address);
        const proxy =
          link === undefined
            ? await listening(name, upstream)
            : await options.toxiproxy.createProxy({ name, listen: link.proxy, upstream: link.upstream });
        const one = brokerProxy(address, proxy);
        made.push(one);
        return one;
      }),
    );
  }

  /** Creates a proxy on any port, or on the first free one of the allowed ports. */
  async function listening(name: string, upstream: string): Promise<Proxy> {
    const at = (port: number) =>
      options.toxiproxy.createProxy({ name, listen: formatAddress(options.proxyHost, port), upstream });
    if (ports === undefined) return await at(0);
    for (let next = ports.next(); !next.done; next = ports.next()) {
      try {
        return await at(next.value);
      } catch (error) {
        if (!isTaken(error)) throw error;
      }
    }
    const { 0: first, length = 0 } = options.proxyPorts ?? [];
    throw new LossboundError(
      "ENVIRONMENT",
      `cannot create a proxy because all ${length} ports from ${first} on are taken`,
    );
  }

  /**
   * Shuts and reopens the proxies of a broker as its port refuses and answers, regardless of the
   * cause. If the harness ended the broker, `brokerDown` and `brokerUp` do the same with certainty.
   */
  async function follow(broker: string, sign: BrokerSign): Promise<void> {
    const change = (one: BrokerProxy) => async () => {
      if (sign === "refuses") return await one.shut(refuses);
      await one.reopen(killed);
      await one.reopen(refuses);
    };
    try {
      await together(undefined, proxiesOf(broker).map(change));
      onBroker({ kind: sign, broker, at: clock() });
    } catch (error) {
      onBroker({ kind: "failed", broker, error });
    }
  }

  function proxiesOf(broker: string): BrokerProxy[] {
    const found = made.filter((one) => one.broker === broker);
    if (found.length > 0) return found;
    throw new LossboundError("HARNESS", `cannot find a proxy for broker ${broker}`);
  }
}

/**
 * Waits for an answer through the proxy: one that leads nowhere would lose every message of the
 * run.
 */
async function reach(one: BrokerProxy, look: Look): Promise<void> {
  let seen: Seen | undefined;
  await waitUntil(
    `broker ${one.broker} to answer through its proxy ${one.proxy}`,
    async () => {
      seen = await probeThrough(one, reachLimitMs, look);
      return seen.kind === "answered";
    },
    {
      limitMs: reachLimitMs,
      evidence: () => (seen ? `the last probe saw: ${textOf(seen)}` : "no probe finished"),
    },
  );
}
