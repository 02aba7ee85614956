import type { Socket } from "node:net";

import { dialThrough, type SocketObserver } from "../src/kafka/dial/dial.js";
import type { Connection, Dial } from "../src/kafka/driver.js";

/** A connection of the workers' kind, with each broker in the place of its proxy. */
export function linkTo(
  bootstrap: readonly string[],
  observer: SocketObserver,
  onSocket: (socket: Socket) => void = () => {},
): Connection {
  const routes = bootstrap.map((address, brokerId) => ({ broker: address, brokerId, proxy: address }));
  const dialObserved = dialThrough(routes, undefined, observer);
  const dial: Dial = (asked) => {
    const socket = dialObserved(asked);
    onSocket(socket);
    return socket;
  };
  return { clientId: "lossbound-bench", bootstrap, dial, security: undefined };
}

/** Takes the observer's hook off a socket, and puts it back: without it the socket is Node's own. */
export function hookOf(socket: Socket): { on(): void; off(): void } {
  // The hooks are properties of this one socket; under them lie the methods of its class.
  const names = ["write", "_write", "_writev"] as const;
  const observed = Object.fromEntries(names.map((name) => [name, socket[name]]));
  return {
    on: () => {
      Object.assign(socket, observed);
    },
    off: () => {
      for (const name of names) delete (socket as Partial<Socket>)[name];
    },
  };
}
