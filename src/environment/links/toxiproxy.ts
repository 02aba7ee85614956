import {
  Toxiproxy as Client,
  type Proxy as ClientProxy,
  type Toxic as ClientToxic,
} from "toxiproxy-node-client";

import {
  formatAddress,
  isWildcard,
  readAddress,
  readListenAddress,
  withoutBrackets,
} from "../../base/address.js";
import { LossboundError } from "../../base/errors.js";
import { readOrigin, withoutUserinfo } from "../../base/origin.js";
import { within } from "../../base/wait.js";
import type { Toxic } from "../../scenario/faults.js";
import { limitedExchange, ToxiproxyRefusal } from "./toxiproxy-api.js";

/** A running Toxiproxy. Every call takes five seconds at most, unless documented otherwise. */
export interface Toxiproxy {
  readonly url: string;
  /** The version that it reports; a build by `go install` reports "git". */
  readonly version: string;
  /** Creates an enabled proxy. `listen` is `host:port`; port 0 means any free port. */
  createProxy(order: ProxyOrder): Promise<Proxy>;
}

interface ProxyOrder {
  name: string;
  listen: string;
  upstream: string;
}

/**
 * A proxy of lossbound. Its calls must not overlap: the caller must make them one after another.
 */
export interface Proxy {
  readonly name: string;
  /** `host:port` to dial, which never changes. */
  readonly address: string;
  addToxic(name: string, stream: Stream, toxic: Toxic): Promise<void>;
  /** Removes a toxic; one that does not exist counts as removed. Takes five seconds at most. */
  removeToxic(name: string): Promise<Removal>;
  /** Stops listening and closes all connections, but keeps the toxics. */
  disable(): Promise<void>;
  enable(): Promise<void>;
  /** Deletes the proxy. */
  remove(): Promise<void>;
}

export type Stream = "upstream" | "downstream";

/** `replaced`: the removal hung, so a new proxy replaced the old one, which cut the connections. */
export type Removal = "removed" | "replaced";

const callLimitMs = 5000;
/** Two attempts and the shutdown of the hung proxy fit into the limit of a call. */
const removalLimitMs = 2000;
const lockLimitMs = 1000;

/**
 * Connects to the Toxiproxy whose API is at `url`.
 *
 * @param isOurs whether it ends with the environment, which makes it unnecessary to delete hung
 *   proxies.
 * @throws LossboundError `USAGE` for an invalid URL; `ENVIRONMENT` or `DEADLINE` if no Toxiproxy
 *   answers there.
 */
export async function connectToxiproxy(url: string, isOurs = false): Promise<Toxiproxy> {
  const origin = originOf(url);
  const client = Object.assign(new Client(origin), { api: limitedExchange(callLimitMs) });
  const version = versionIn(await client.getVersion());
  if (version === undefined) {
    throw new LossboundError("ENVIRONMENT", `the server at ${origin} is not Toxiproxy`);
  }
  return { url: origin, version, createProxy: async (order) => await createProxy(client, order, isOurs) };
}

/**
 * Returns the origin of the URL of a Toxiproxy's API.
 *
 * @throws LossboundError `USAGE`
 */
export function originOf(url: string): string {
  const origin = readOrigin(url);
  if (origin !== undefined) return origin;
  throw new LossboundError(
    "USAGE",
    `Toxiproxy: expected the URL of its API, such as http://127.0.0.1:8474, got "${withoutUserinfo(url)}"`,
  );
}

/**
 * Reads the version from an answer, which is JSON since Toxiproxy 2.5 and was plain text before.
 */
function versionIn(answer: string): string | undefined {
  return /^(?:\{"version":\s*")?(git|v?\d[\w.+-]*)/.exec(answer)?.[1];
}

async function createProxy(client: Client, order: ProxyOrder, isOurs: boolean): Promise<Proxy> {
  let current = await client.createProxy({ ...order, enabled: true });
  let enabled = true;
  const toxics = new Map<string, { stream: Stream; toxic: Toxic; made: ClientToxic<object> }>();
  /** Proxies that hung and were replaced; some may still hold their lock. */
  const hung: ClientProxy[] = [];

  return {
    name: order.name,
    address: dialable(client, order, current),
    addToxic,
    removeToxic,
    async disable() {
      enabled = false;
      await switchTo(current, false);
    },
    async enable() {
      await switchTo(current, true);
      enabled = true;
    },
    async remove() {
      await current.remove();
      // They no longer listen. To delete a locked one would block all calls to Toxiproxy.
      if (!isOurs) for (const proxy of hung) await deleteHung(proxy);
    },
  };

  /**
   * Adds a toxic. If that hangs, as a removal can, the proxy is replaced by one without the toxic.
   */
  async function addToxic(name: string, stream: Stream, toxic: Toxic): Promise<void> {
    try {
      toxics.set(name, { stream, toxic, made: await add(current, name, stream, toxic) });
    } catch (error) {
      if (isDeadline(error)) await replace();
      throw error;
    }
  }

  /**
   * Removes a toxic. Toxiproxy interrupts the toxic on each connection, and waits forever if that
   * is blocked in a write to a peer that does not read (its issues 412 and 558).
   */
  async function removeToxic(name: string): Promise<Removal> {
    const toxic = toxics.get(name);
    if (toxic === undefined) return "removed";
    toxics.delete(name);
    const removed = (await tryRemove(toxic.made)) || (await tryRemove(toxic.made));
    if (!removed) await replace();
    return removed ? "removed" : "replaced";
  }

  /**
   * Replaces the proxy by a new one on the same port. It gets another name, because deleting the
   * old one now could block all of Toxiproxy (see `deleteHung`). Its toxics are added before it
   * listens.
   */
  async function replace(): Promise<void> {
    await endHung(current);
    hung.push(current);
    const { listen, upstream } = current;
    const name = `${order.name}-${hung.length + 1}`;
    current = await client.createProxy({ name, listen, upstream, enabled: false });
    for (const [toxicName, kept] of toxics) {
      kept.made = await add(current, toxicName, kept.stream, kept.toxic);
    }
    if (enabled) await switchTo(current, true);
  }
}

/**
 * Returns the address to dial; a wildcard cannot be dialled, so the host of the API replaces it.
 */
function dialable(client: Client, order: ProxyOrder, made: ClientProxy): string {
  const asked = readListenAddress(order.listen);
  const port = readAddress(made.listen)?.port;
  if (asked === undefined || port === undefined) {
    throw new LossboundError(
      "ENVIRONMENT",
      `Toxiproxy: expected a proxy that listens on "${order.listen}", got "${made.listen}"`,
    );
  }
  const host = isWildcard(asked.host) ? withoutBrackets(new URL(client.host).hostname) : asked.host;
  return formatAddress(host, port);
}

/**
 * Adds a toxic, always with toxicity 1. Toxiproxy draws toxicity once per connection, and again
 * whenever another toxic of the proxy changes, so a smaller value would not be a share of anything.
 */
async function add(proxy: ClientProxy, name: string, stream: Stream, toxic: Toxic) {
  const { type, ...attributes } = toxic;
  return await proxy.addToxic<object>({ name, stream, type, toxicity: 1, attributes });
}

/** Tries once to remove a toxic; returns false if Toxiproxy hangs. */
async function tryRemove(toxic: ClientToxic<object>): Promise<boolean> {
  try {
    await within(`Toxiproxy to remove ${toxic.getPath()}`, toxic.remove(), removalLimitMs);
    return true;
  } catch (error) {
    if (error instanceof ToxiproxyRefusal && error.status === 404) return true;
    if (isDeadline(error)) return false;
    throw error;
  }
}

/** Whether Toxiproxy refused a proxy because its port is taken. */
export function isTaken(error: unknown): boolean {
  return error instanceof ToxiproxyRefusal && /address already in use/i.test(error.message);
}

function isDeadline(error: unknown): boolean {
  return error instanceof LossboundError && error.code === "DEADLINE";
}

async function switchTo(proxy: ClientProxy, enabled: boolean): Promise<void> {
  await proxy.update({ listen: proxy.listen, upstream: proxy.upstream, enabled });
}

/**
 * Makes a hung proxy release its port. It does so at once, but its answer lists the toxics, for
 * which it needs the lock that hangs. A missing answer is therefore not an error.
 */
async function endHung(proxy: ClientProxy): Promise<void> {
  try {
    await within(`Toxiproxy to disable ${proxy.name}`, switchTo(proxy, false), lockLimitMs);
  } catch (error) {
    if (!isDeadline(error)) throw error;
  }
}

/**
 * Deletes a proxy that hung. If a client dialled it while it hung, it holds its own lock forever,
 * and deleting it would block every call to Toxiproxy, even from other users (observed). An
 * impossible request shows whether the lock is free: Toxiproxy refuses it after taking the lock,
 * but before it reaches the toxics.
 */
async function deleteHung(proxy: ClientProxy): Promise<void> {
  const { name, upstream } = proxy;
  const refused = proxy.update({ listen: "nowhere", upstream, enabled: false });
  try {
    await within(`Toxiproxy to refuse an impossible address for ${name}`, refused, lockLimitMs);
  } catch (error) {
    if (error instanceof ToxiproxyRefusal) return await proxy.remove();
    throw new LossboundError(
      "ENVIRONMENT",
      `cannot delete the proxy ${name} because it hangs in Toxiproxy; restart Toxiproxy`,
      { cause: error },
    );
  }
}
