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

/** A Toxiproxy that answers. Every call takes five seconds at most, unless it says otherwise. */
export interface Toxiproxy {
  readonly url: string;
  /** What it says of itself; one built by `go install` says "git". */
  readonly version: string;
  /** Makes a proxy that is enabled. `listen` is `host:port`, port 0 for a free one. */
  createProxy(order: ProxyOrder): Promise<Proxy>;
}

interface ProxyOrder {
  name: string;
  listen: string;
  upstream: string;
}

/** One proxy of ours. Its calls must not overlap: whoever holds it sends them one after the other. */
export interface Proxy {
  readonly name: string;
  /** `host:port` to dial; it stays the same for the proxy's whole life. */
  readonly address: string;
  addToxic(name: string, stream: Stream, toxic: Toxic): Promise<void>;
  /** Takes a toxic away; one that is not there counts as taken away. Five seconds at most. */
  removeToxic(name: string): Promise<Removal>;
  /** Stops listening and closes all connections; the toxics stay. */
  disable(): Promise<void>;
  enable(): Promise<void>;
  /** Deletes the proxy. */
  remove(): Promise<void>;
}

export type Stream = "upstream" | "downstream";

/** `replaced`: the removal hung, a new proxy took the place of the old, and connections were cut. */
export type Removal = "removed" | "replaced";

const callLimitMs = 5000;
/** Two tries and the end of the hung proxy fit into the limit of a call. */
const removalLimitMs = 2000;
const lockLimitMs = 1000;

/**
 * Finds the Toxiproxy whose API is at `url`.
 *
 * @param isOurs whether it ends with the environment: then a proxy that hangs in it is left to that end.
 * @throws LossboundError `USAGE` for what is no such address; `ENVIRONMENT` or `DEADLINE` when there
 * is no Toxiproxy.
 */
export async function connectToxiproxy(url: string, isOurs = false): Promise<Toxiproxy> {
  const origin = originOf(url);
  const client = Object.assign(new Client(origin), { api: limitedExchange(callLimitMs) });
  const version = versionIn(await client.getVersion());
  if (version === undefined) {
    throw new LossboundError("ENVIRONMENT", `what answers at ${origin}/version is not Toxiproxy`);
  }
  return { url: origin, version, createProxy: async (order) => await createProxy(client, order, isOurs) };
}

/**
 * The origin of the URL of a Toxiproxy's API.
 *
 * @throws LossboundError `USAGE`
 */
export function originOf(url: string): string {
  const origin = readOrigin(url);
  if (origin !== undefined) return origin;
  throw new LossboundError(
    "USAGE",
    `Toxiproxy: "${withoutUserinfo(url)}" is not the URL of its API (such as http://127.0.0.1:8474)`,
  );
}

/** JSON since 2.5, bare text before. */
function versionIn(answer: string): string | undefined {
  return /^(?:\{"version":\s*")?(git|v?\d[\w.+-]*)/.exec(answer)?.[1];
}

async function createProxy(client: Client, order: ProxyOrder, isOurs: boolean): Promise<Proxy> {
  let current = await client.createProxy({ ...order, enabled: true });
  let enabled = true;
  const toxics = new Map<string, { stream: Stream; toxic: Toxic; made: ClientToxic<object> }>();
  /** Proxies that hung and were replaced, in a state in which nothing good can be said of them. */
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
      // They listen nowhere any more. To delete one that is locked would stop all calls to Toxiproxy.
      if (!isOurs) for (const corpse of hung) await bury(corpse);
    },
  };

  /** To add a toxic can hang just as to remove one; it is not there then, and the proxy is a new one. */
  async function addToxic(name: string, stream: Stream, toxic: Toxic): Promise<void> {
    try {
      toxics.set(name, { stream, toxic, made: await add(current, name, stream, toxic) });
    } catch (error) {
      if (isDeadline(error)) await replace();
      throw error;
    }
  }

  /**
   * To remove a toxic, Toxiproxy interrupts its work on each connection, and waits without end where
   * that is blocked in writing to somebody who does not read (its issues 412, 558).
   */
  async function removeToxic(name: string): Promise<Removal> {
    const toxic = toxics.get(name);
    if (toxic === undefined) return "removed";
    toxics.delete(name);
    const removed = (await takesAway(toxic.made)) || (await takesAway(toxic.made));
    if (!removed) await replace();
    return removed ? "removed" : "replaced";
  }

  /**
   * A new proxy on the same port. It has another name, because to delete the old one now could stop
   * all of Toxiproxy (see `bury`). Its toxics are there before it listens.
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

/** Where workers dial the proxy: a wildcard is no address to dial, the host of the API is. */
function dialable(client: Client, order: ProxyOrder, made: ClientProxy): string {
  const asked = readListenAddress(order.listen);
  const port = readAddress(made.listen)?.port;
  if (asked === undefined || port === undefined) {
    throw new LossboundError(
      "ENVIRONMENT",
      `Toxiproxy was to listen on ${order.listen}, and says that it does on ${made.listen}`,
    );
  }
  const host = isWildcard(asked.host) ? withoutBrackets(new URL(client.host).hostname) : asked.host;
  return formatAddress(host, port);
}

/**
 * Toxicity is always 1: Toxiproxy draws it once a connection, and again whenever a neighbour changes,
 * so a smaller one would be the share of nothing that can be named.
 */
async function add(proxy: ClientProxy, name: string, stream: Stream, toxic: Toxic) {
  const { type, ...attributes } = toxic;
  return await proxy.addToxic<object>({ name, stream, type, toxicity: 1, attributes });
}

/** One try to take a toxic away; false when Toxiproxy hangs over it. */
async function takesAway(toxic: ClientToxic<object>): Promise<boolean> {
  try {
    await within(`Toxiproxy to remove ${toxic.getPath()}`, toxic.remove(), removalLimitMs);
    return true;
  } catch (error) {
    if (error instanceof ToxiproxyRefusal && error.status === 404) return true;
    if (isDeadline(error)) return false;
    throw error;
  }
}

/** Whether a proxy was refused because somebody listens on its port. */
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
 * Makes a hung proxy give up its port. It does so at once, but the answer lists the toxics, behind
 * the lock that hangs: it is not waited for.
 */
async function endHung(proxy: ClientProxy): Promise<void> {
  try {
    await within(`Toxiproxy to disable ${proxy.name}`, switchTo(proxy, false), lockLimitMs);
  } catch (error) {
    if (!isDeadline(error)) throw error;
  }
}

/**
 * Deletes a proxy that hung. Where somebody dialled it while it hung, it holds its own lock for good,
 * and to delete it would stop every call to Toxiproxy, other people's too (seen). Whether the lock is
 * free shows in an impossible request: Toxiproxy refuses that after it got the lock, and before it
 * comes to the toxics.
 */
async function bury(proxy: ClientProxy): Promise<void> {
  const { name, upstream } = proxy;
  const refused = proxy.update({ listen: "nowhere", upstream, enabled: false });
  try {
    await within(`Toxiproxy to refuse an impossible address for ${name}`, refused, lockLimitMs);
  } catch (error) {
    if (error instanceof ToxiproxyRefusal) return await proxy.remove();
    throw new LossboundError(
      "ENVIRONMENT",
      `the proxy ${name} hangs in Toxiproxy and cannot be deleted: start Toxiproxy again`,
      { cause: error },
    );
  }
}
