import type { Socket } from "node:net";

import { dialThrough, type SocketObserver } from "../src/kafka/dial.js";
import type { Connection, Dial } from "../src/kafka/driver.js";

/** A connection of the workers' kind, with each broker in the place of its proxy. */
export function linkTo(
  bootstrap: readonly string[],
  observer: SocketObserver,
  onSocket: (socket: Socket) => void = () => {},
): Connection {
  const routes = bootstrap.map((address) => ({ broker: address, proxy: address }));
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
  const observed = socket.write;
  return {
    on: () => {
      socket.write = observed;
    },
    off: () => {
      // The hook is a property of this one socket; under it lies the method of its class.
      delete (socket as Partial<Socket>).write;
    },
  };
}
