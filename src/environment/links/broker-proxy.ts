import { waitUntil } from "../../base/wait.js";
import type { Toxic } from "../../scenario/faults.js";
import type { Proxy, Removal, Stream } from "./toxiproxy.js";

export interface ToxicOnLink {
  toxic: Toxic | "down";
  /** The direction of the toxic; `both` adds two toxics. Ignored for `down`. */
  stream: Stream | "both";
  /** `host:port` advertised by the one broker whose proxy is affected (default: all brokers). */
  broker?: string | undefined;
}

/**
 * The proxy for one broker on one link. It may be shut for several reasons at once, such as two
 * faults or a dead broker, and listens only when no reason is left.
 */
export interface BrokerProxy {
  /** `host:port` that the broker advertises. */
  readonly broker: string;
  /** `host:port` to dial instead of the broker. */
  readonly proxy: string;
  /** The reasons for which it is shut, or is about to be. */
  readonly shutBy: ReadonlySet<string>;
  addToxic(name: string, stream: Stream, toxic: Toxic): Promise<void>;
  removeToxic(name: string): Promise<Removal>;
  /** Refuses new connections and closes the open ones. */
  shut(reason: string): Promise<void>;
  /** Removes a reason, and listens again if it was the last one. */
  reopen(reason: string): Promise<void>;
  remove(): Promise<void>;
}

/** Another socket may briefly hold the port when the proxy starts to listen again. */
const listenLimitMs = 5000;

export function brokerProxy(broker: string, proxy: Proxy): BrokerProxy {
  const shutBy = new Set<string>();
  let listens = true;
  let last: Promise<unknown> = Promise.resolve();

  return {
    broker,
    proxy: proxy.address,
    shutBy,
    addToxic: (name, stream, toxic) => inTurn(() => proxy.addToxic(name, stream, toxic)),
    removeToxic: (name) => inTurn(() => proxy.removeToxic(name)),
    shut(reason) {
      shutBy.add(reason);
      return inTurn(settle);
    },
    reopen(reason) {
      shutBy.delete(reason);
      return inTurn(settle);
    },
    remove: () => inTurn(() => proxy.remove()),
  };

  /**
   * Runs the calls one after another: a fault and the broker watch must not overlap on one proxy.
   */
  function inTurn<T>(call: () => Promise<T>): Promise<T> {
    const turn = last.then(call);
    last = turn.catch(() => {});
    return turn;
  }

  /** Evaluated when the call runs, not when it was queued, so only the latest state matters. */
  async function settle(): Promise<void> {
    const shouldListen = shutBy.size === 0;
    if (shouldListen === listens) return;
    if (shouldListen) {
      const what = `the proxy ${proxy.name} to listen again on ${proxy.address}`;
      await waitUntil(what, async () => (await proxy.enable(), true), { limitMs: listenLimitMs });
    } else {
      await proxy.disable();
    }
    listens = shouldListen;
  }
}
