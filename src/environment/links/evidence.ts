import { isIP } from "node:net";
import type { ConnectionOptions } from "node:tls";

import { advertisedAddress } from "../../base/address.js";
import { waitUntil } from "../../base/wait.js";
import { expectationOf, isAnsweredFor, type Expectation } from "./expected-view.js";
import { probe, type Seen, textOf } from "./probe.js";
import type { BrokerProxy, ToxicOnLink } from "./broker-proxy.js";

/** The observations of a fault by probes through all proxies of a link. */
export interface Evidence {
  /** As text, by broker if there are several; null if probes cannot see this kind of fault. */
  readonly seen: string | null;
  /**
   * Whether it was in force: false if one proxy ruled it out, null if not every proxy showed it.
   */
  readonly inForce: boolean | null;
  /**
   * Set if it was ruled out because something in front of the proxy accepts and closes connections.
   */
  readonly answeredFor?: true;
}

/** How probes look at a link. */
export interface Look {
  /** Set if the brokers use TLS. */
  tls: ConnectionOptions | undefined;
  /** Cuts a look short. */
  signal: AbortSignal;
}

/** A healthy link must answer within this time. */
const healthyLimitMs = 2000;

/**
 * Probes a fault that is in force through all proxies at the same time.
 *
 * @param isAlone returns whether no other fault on the link has been in force meanwhile.
 */
export async function seeFault(
  proxies: readonly BrokerProxy[],
  { toxic, stream }: ToxicOnLink,
  isAlone: () => boolean,
  look: Look,
): Promise<Evidence> {
  const expectation = expectationOf(toxic, stream);
  if (expectation === null) return { seen: null, inForce: null };
  const views = await Promise.all(
    proxies.map(async (one) => {
      // The proxy of a dead broker refuses, regardless of its toxics.
      if (toxic !== "down" && one.shutBy.size > 0) return { text: "shut", shown: null, answeredFor: false };
      const seen = await probeThrough(one, expectation.lookMs, look);
      const nothingElse = isAlone() && (toxic === "down" || one.shutBy.size === 0);
      const shown = expectation.shows(seen, nothingElse);
      return { text: textOf(seen), shown, answeredFor: shown === false && isAnsweredFor(seen, toxic) };
    }),
  );
  return {
    seen: views.map(({ text }, index) => labelled(proxies, index, text)).join("; "),
    inForce: views.some(({ shown }) => shown === false)
      ? false
      : views.every(({ shown }) => shown === true) || null,
    ...(views.some(({ answeredFor }) => answeredFor) && { answeredFor: true }),
  };
}

/**
 * Probes for up to two seconds, until each proxy answers as if the fault had never been there.
 * Returns null if another fault is in force, because then neither an answer nor silence proves
 * anything.
 */
export async function seeHealthy(
  proxies: readonly BrokerProxy[],
  { toxic, stream }: ToxicOnLink,
  isAlone: () => boolean,
  look: Look,
): Promise<boolean | null> {
  const expectation = expectationOf(toxic, stream);
  const canTell = () => isAlone() && proxies.every(({ shutBy }) => shutBy.size === 0) && !look.signal.aborted;
  if (!canTell()) return null;
  const answers = proxies.map((one) => answersAgain(one, expectation, look));
  const healthy = (await Promise.all(answers)).every(Boolean);
  return canTell() ? healthy : null;
}

/** Sends one probe through one proxy, and expects the broker's own name in its certificate. */
export async function probeThrough(one: BrokerProxy, limitMs: number, look: Look): Promise<Seen> {
  const { host } = advertisedAddress(one.broker);
  const tls = look.tls && { ...serverName(host), ...look.tls };
  return await probe(one.proxy, { limitMs, tls, signal: look.signal });
}

async function answersAgain(one: BrokerProxy, expectation: Expectation | null, look: Look): Promise<boolean> {
  try {
    return await waitUntil(
      `an answer through ${one.proxy}`,
      async () => {
        const seen = await probeThrough(one, healthyLimitMs / 2, look);
        return seen.kind === "answered" && expectation?.shows(seen, true) !== true;
      },
      { limitMs: healthyLimitMs, everyMs: 20, signal: look.signal },
    );
  } catch {
    return false;
  }
}

function serverName(host: string): { servername?: string } {
  return isIP(host) === 0 ? { servername: host } : {};
}

function labelled(proxies: readonly BrokerProxy[], index: number, text: string): string {
  return proxies.length === 1 ? text : `${proxies[index]?.broker}: ${text}`;
}
