import { waitUntil } from "../../base/wait.js";
import type { Toxic } from "../../scenario/faults.js";
import type { Proxy, Removal, Stream } from "./toxiproxy.js";

export interface ToxicOnLink {
  toxic: Toxic | "down";
  /** Which way the toxic works, `both` with two toxics; without meaning for `down`. */
  stream: Stream | "both";
  /** `host:port` that the one broker advertises whose proxy it falls on; all of them without it. */
  broker?: string | undefined;
}

/**
 * The proxy that stands for one broker on one link. It may be shut for several reasons at the same
 * time (two faults, a dead broker), and listens only when there is none left.
 */
export interface StandIn {
  /** `host:port` that the broker advertises. */
  readonly broker: string;
  /** `host:port` to dial in its place. */
  readonly proxy: string;
  /** Why it is shut, or is about to be. */
  readonly shutBy: ReadonlySet<string>;
  addToxic(name: string, stream: Stream, toxic: Toxic): Promise<void>;
  removeToxic(name: string): Promise<Removal>;
  /** Refuses connections from now on, and closes those that there are. */
  shut(reason: string): Promise<void>;
  /** Takes a reason away. */
  reopen(reason: string): Promise<void>;
  remove(): Promise<void>;
}

/** Another socket may have the port for a moment when the proxy wants to listen there again. */
const listenLimitMs = 5000;

export function standIn(broker: string, proxy: Proxy): StandIn {
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

  /** One call after the other: a fault's and the watch's must not overlap on one proxy. */
  function inTurn<T>(call: () => Promise<T>): Promise<T> {
    const turn = last.then(call);
    last = turn.catch(() => {});
    return turn;
  }

  /** Looks at the reasons when its turn has come, not when it was asked: only the last state counts. */
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
