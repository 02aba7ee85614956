import type { ConnectionOptions } from "node:tls";

import { advertisedAddress, formatAddress } from "../../base/address.js";
import { LossboundError } from "../../base/errors.js";
import { waitUntil } from "../../base/wait.js";
import type { Role } from "../../scenario/role.js";
import type { AdvertisedLink } from "../environment.js";
import { type BrokerSign, watchBroker } from "./broker-watch.js";
import { type Link, linkOf } from "./link.js";
import { type Look, probeThrough } from "./evidence.js";
import { type Seen, wordsOf } from "./probe.js";
import { standIn, type StandIn } from "./broker-proxy.js";
import { together } from "../../base/together.js";
import { type Proxy, type Toxiproxy, isTaken } from "./toxiproxy.js";

/**
 * One proxy for each broker and role, so that a fault on the producers' link leaves the consumers
 * alone. Disposing it deletes these proxies, and no other.
 */
export interface Links extends AsyncDisposable {
  readonly producer: Link;
  readonly consumer: Link;
  /**
   * Shuts the proxies of a broker that has ended, where the watch over its port has not done so yet:
   * Toxiproxy takes connections for a dead upstream, and what is written into them would be a loss that
   * no cluster without it has. Not before its end: what its port takes until then is a loss that every
   * cluster has.
   */
  brokerDown(broker: string): Promise<void>;
  /**
   * Opens them again, as soon as the broker is seen to take connections; where a `down` fault is in
   * force, when that is over too. Whoever calls this knows that the broker does, or soon will.
   */
  brokerUp(broker: string): Promise<void>;
}

export interface LinksOptions {
  toxiproxy: Toxiproxy;
  brokers: readonly LinkedBroker[];
  /** Brokers that advertise a proxy themselves: it listens where they say, and leads where they listen for it. */
  advertised?: readonly AdvertisedLink[] | undefined;
  /** Where Toxiproxy is to listen for the workers, without a port. */
  proxyHost: string;
  /** The only ports on which it may listen there; any free one where there are none. */
  proxyPorts?: readonly number[] | undefined;
  runId: string;
  /** Milliseconds since 1970. */
  clock: () => number;
  /** Where the brokers speak TLS: settings for the probes. */
  tls?: ConnectionOptions | undefined;
  /** Hears of brokers whose port refuses or answers again, and of what went wrong on that occasion. */
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
  /** Its proxies were shut (`refuses`) or opened again (`answers`), all by `at`. */
  | { kind: BrokerSign; broker: string; at: number }
  /** They could not be: what is sent from now on may be a loss that Toxiproxy made up. */
  | { kind: "failed"; broker: string; error: unknown };

/** Brokers answer already: one that does not within this time cannot be reached through its proxy. */
const reachLimitMs = 5000;

/** Reasons of a stand-in to be shut; the ids of faults have no spaces. */
const killed = "the broker was ended";
const refuses = "the broker refuses";

/**
 * Makes the proxies, and returns when each broker answers through both of its own.
 *
 * @throws LossboundError `ENVIRONMENT` also where a broker advertises what cannot be dialled.
 */
export async function openLinks(options: LinksOptions): Promise<Links> {
  const { brokers, clock, onBroker } = options;
  for (const { address } of brokers) advertisedAddress(address);
  const over = new AbortController();
  const look: Look = { tls: options.tls, signal: over.signal };

  const made: StandIn[] = [];
  const ports = options.proxyPorts?.values();
  const removeAll = async (): Promise<void> => {
    over.abort();
    await together(
      undefined,
      made.map((one) => () => one.remove()),
    );
  };
  let producer: StandIn[];
  let consumer: StandIn[];
  try {
    producer = await make("producer");
    consumer = await make("consumer");
    await together(
      undefined,
      made.map((one) => () => reach(one, look)),
    );
  } catch (error) {
    // What went wrong first is what the user has to know.
    await removeAll().catch(() => {});
    throw error;
  }
  const watches = brokers.map(({ address }) => watchBroker(address, (sign) => follow(address, sign)));

  return {
    producer: linkOf({ role: "producer", standIns: producer, clock, look }),
    consumer: linkOf({ role: "consumer", standIns: consumer, clock, look }),
    async brokerDown(broker) {
      await together(
        undefined,
        standInsOf(broker).map((one) => () => one.shut(killed)),
      );
    },
    async brokerUp(broker) {
      const standIns = standInsOf(broker);
      // The watch may not have dialled it yet; and it must not hear of this return after the next death.
      await waitUntil(
        `the port of the broker ${broker} to be seen to answer`,
        () => standIns.every(({ shutBy }) => !shutBy.has(refuses)),
        { limitMs: reachLimitMs, everyMs: 5, signal: over.signal },
      );
      await together(
        undefined,
        standIns.map((one) => () => one.reopen(killed)),
      );
    },
    async [Symbol.asyncDispose]() {
      await Promise.all(watches.map((watch) => watch[Symbol.asyncDispose]()));
      await removeAll();
    },
  };

  async function make(role: Role): Promise<StandIn[]> {
    return await together(
      undefined,
      brokers.map(({ id, address, upstream }) => async () => {
        const name = `lossbound-${options.runId}-${role}-${id}`;
        const link = options.advertised?.find((one) => one.role === role && one.broker === address);
        const proxy =
          link === undefined
            ? await listening(name, upstream)
            : await options.toxiproxy.createProxy({ name, listen: link.proxy, upstream: link.upstream });
        const one = standIn(address, proxy);
        made.push(one);
        return one;
      }),
    );
  }

  /** A proxy on the first port that nobody has, where only some will do. */
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
      `none of the ${length} ports from ${first} on is free for a proxy`,
    );
  }

  /**
   * What a broker's port says shuts and opens its proxies, whoever ended the broker; `brokerDown` and
   * `brokerUp` make sure of it where the harness did.
   */
  async function follow(broker: string, sign: BrokerSign): Promise<void> {
    const change = (one: StandIn) => async () => {
      if (sign === "refuses") return await one.shut(refuses);
      await one.reopen(killed);
      await one.reopen(refuses);
    };
    try {
      await together(undefined, standInsOf(broker).map(change));
      onBroker({ kind: sign, broker, at: clock() });
    } catch (error) {
      onBroker({ kind: "failed", broker, error });
    }
  }

  function standInsOf(broker: string): StandIn[] {
    const found = made.filter((one) => one.broker === broker);
    if (found.length > 0) return found;
    throw new LossboundError("HARNESS", `no proxy stands for the broker ${broker}`);
  }
}

/** A proxy that leads nowhere would make every message of the run a lost one. */
async function reach(one: StandIn, look: Look): Promise<void> {
  let seen: Seen | undefined;
  await waitUntil(
    `the broker ${one.broker} to answer through its proxy ${one.proxy}`,
    async () => {
      seen = await probeThrough(one, reachLimitMs, look);
      return seen.kind === "answered";
    },
    {
      limitMs: reachLimitMs,
      evidence: () => (seen ? `the last probe saw: ${wordsOf(seen)}` : "no probe ended"),
    },
  );
}
