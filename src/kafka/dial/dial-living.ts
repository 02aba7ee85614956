import { lookup } from "node:dns";
import { connect, type Socket } from "node:net";

import type { Address } from "../../base/address.js";

/** Errors of dials that the broker refused, and not its proxy. */
const brokersRefusals = new WeakSet<Error>();

export function isBrokersRefusal(error: Error): boolean {
  return brokersRefusals.has(error);
}

/**
 * Dials a proxy, unless the port of the broker behind it refuses: then so does this. A proxy takes
 * connections while its broker is dead, until somebody has shut it, and what a client writes into
 * them meanwhile would be a loss that no cluster without a proxy has. Where the broker's port cannot
 * be seen from here, the proxy has to know.
 */
export function dialWhileAlive(proxy: Address, broker: Address, onConnect: () => void): Socket {
  const knock = connect(broker);
  // Between the call to connect and the connection lies the look-up of a name: there it waits for the
  // broker's answer. Node looks no address up, so it is given a name in place of the proxy's.
  const socket = connect(
    {
      host: "proxy",
      port: proxy.port,
      lookup: (_, options, found) => {
        const goOn = (): void => lookup(proxy.host, options, found);
        knock.once("connect", () => {
          knock.destroy();
          goOn();
        });
        knock.once("error", (error: NodeJS.ErrnoException) => {
          if (error.code === "ECONNREFUSED") {
            brokersRefusals.add(error);
            found(error, []);
          } else goOn();
        });
      },
    },
    onConnect,
  );
  socket.once("close", () => knock.destroy());
  return socket;
}
