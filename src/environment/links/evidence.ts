import { isIP } from "node:net";
import type { ConnectionOptions } from "node:tls";

import { advertisedAddress } from "../../base/address.js";
import { waitUntil } from "../../base/wait.js";
import { expectationOf, isAnsweredFor, type Expectation } from "./expected-view.js";
import { probe, type Seen, wordsOf } from "./probe.js";
import type { StandIn, ToxicOnLink } from "./broker-proxy.js";

/** What probes through all proxies of a link saw of a fault. */
export interface Evidence {
  /** In words, by broker where there are several; null where no probe sees such a fault. */
  readonly seen: string | null;
  /** Whether it was in force: false when one proxy ruled it out, null when not all of them showed it. */
  readonly inForce: boolean | null;
  /** It was ruled out because something in front of the proxy accepts connections. */
  readonly answeredFor?: true;
}

/** How to look at a link. */
export interface Look {
  /** Where the brokers speak TLS. */
  tls: ConnectionOptions | undefined;
  /** Cuts a look short. */
  signal: AbortSignal;
}

/** After this long a healthy link has to answer. */
const healthyLimitMs = 2000;

/**
 * Looks at a fault that is in force, through all proxies at the same time.
 *
 * @param isAlone whether no other fault of the link has been in force meanwhile.
 */
export async function seeFault(
  standIns: readonly StandIn[],
  { toxic, stream }: ToxicOnLink,
  isAlone: () => boolean,
  look: Look,
): Promise<Evidence> {
  const expectation = expectationOf(toxic, stream);
  if (expectation === null) return { seen: null, inForce: null };
  const views = await Promise.all(
    standIns.map(async (one) => {
      // A dead broker's proxy refuses, whatever toxic waits on it.
      if (toxic !== "down" && one.shutBy.size > 0) return { words: "shut", shown: null, answeredFor: false };
      const seen = await probeThrough(one, expectation.lookMs, look);
      const nothingElse = isAlone() && (toxic === "down" || one.shutBy.size === 0);
      const shown = expectation.shows(seen, nothingElse);
      return { words: wordsOf(seen), shown, answeredFor: shown === false && isAnsweredFor(seen, toxic) };
    }),
  );
  return {
    seen: views.map(({ words }, index) => labelled(standIns, index, words)).join("; "),
    inForce: views.some(({ shown }) => shown === false)
      ? false
      : views.every(({ shown }) => shown === true) || null,
    ...(views.some(({ answeredFor }) => answeredFor) && { answeredFor: true }),
  };
}

/**
 * Looks until each proxy answers as if the fault had never been, two seconds at most. Null when the
 * fault is not alone: then an answer, or none, says nothing about it.
 */
export async function seeHealthy(
  standIns: readonly StandIn[],
  { toxic, stream }: ToxicOnLink,
  isAlone: () => boolean,
  look: Look,
): Promise<boolean | null> {
  const expectation = expectationOf(toxic, stream);
  const canTell = () =>
    isAlone() && standIns.every(({ shutBy }) => shutBy.size === 0) && !look.signal.aborted;
  if (!canTell()) return null;
  const answers = standIns.map((one) => answersAgain(one, expectation, look));
  const healthy = (await Promise.all(answers)).every(Boolean);
  return canTell() ? healthy : null;
}

/** One probe through one proxy, under the name that the broker's certificate bears. */
export async function probeThrough(one: StandIn, limitMs: number, look: Look): Promise<Seen> {
  const { host } = advertisedAddress(one.broker);
  const tls = look.tls && { ...serverName(host), ...look.tls };
  return await probe(one.proxy, { limitMs, tls, signal: look.signal });
}

async function answersAgain(one: StandIn, expectation: Expectation | null, look: Look): Promise<boolean> {
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

function labelled(standIns: readonly StandIn[], index: number, words: string): string {
  return standIns.length === 1 ? words : `${standIns[index]?.broker}: ${words}`;
}
