import { lookup } from "node:dns";
import { connect, type Socket } from "node:net";

import type { Address } from "../../base/address.js";

/** Errors of dials that were refused by the broker rather than by its proxy. */
const brokersRefusals = new WeakSet<Error>();

export function isBrokersRefusal(error: Error): boolean {
  return brokersRefusals.has(error);
}

/**
 * Dials a proxy, or refuses if the port of the broker behind it refuses. A proxy accepts
 * connections while its broker is dead, until lossbound shuts it. Messages that a client writes to
 * them meanwhile would be lost, which would not happen without a proxy. If this machine cannot
 * reach the broker's port, the proxy alone decides.
 */
export function dialWhileAlive(proxy: Address, broker: Address, onConnect: () => void): Socket {
  const knock = connect(broker);
  // Between the call and the connection, Node looks up the host name. The look-up below waits for
  // the broker's answer. Node does not look up an address, so it gets a placeholder name.
  const socket = connect(
    {
      host: "proxy",
      port: proxy.port,
      lookup: (_, options, found) => {
        const proceed = (): void => lookup(proxy.host, options, found);
        knock.once("connect", () => {
          knock.destroy();
          proceed();
        });
        knock.once("error", (error: NodeJS.ErrnoException) => {
          if (error.code === "ECONNREFUSED") {
            brokersRefusals.add(error);
            found(error, []);
          } else proceed();
        });
      },
    },
    onConnect,
  );
  socket.once("close", () => knock.destroy());
  return socket;
}
