import { type Socket, connect as connectPlain, isIP } from "node:net";
import { type ConnectionOptions, connect as connectTls } from "node:tls";

import { parseAddress } from "../base/address.js";
import { LossboundError } from "../base/errors.js";
import type { Dial } from "./driver.js";

/** Which proxy stands for which broker address; both `host:port`. */
export interface Route {
  broker: string;
  proxy: string;
}

/** Hears what happens on the sockets that a dial opened. It is called as it happens, in the same tick. */
export interface SocketObserver {
  /** A connection was made. The number it returns names the connection in the other calls. */
  opened(): number;
  closed(connection: number): void;
  /** A dial was refused. */
  refused(): void;
  /** The client gave these bytes to the socket: one request of the protocol, whole. */
  wrote(connection: number, request: Uint8Array): void;
  /** Something came back. */
  received(connection: number): void;
  /** So many bytes have left this process: the kernel took them. */
  flushed(connection: number, bytes: number): void;
}

/** Dials brokers where they say they are. For admin and auditor: nothing that a fault may touch. */
export function dialDirectly(tls: ConnectionOptions | undefined): Dial {
  return ({ host, port, onConnect }) => open({ host, port }, host, tls, onConnect);
}

/**
 * Dials, in place of each broker, the proxy that stands for it. The client and the broker know
 * nothing of it; with TLS the name that the certificate must bear stays the broker's.
 *
 * An address that has no proxy is an error: a direct connection would escape the faults.
 */
export function dialThrough(
  routes: readonly Route[],
  tls: ConnectionOptions | undefined,
  observer: SocketObserver,
): Dial {
  const proxies = new Map(routes.map(({ broker, proxy }) => [broker, proxy]));
  return ({ host, port, onConnect }) => {
    const proxy = proxies.get(`${host}:${port}`);
    if (proxy === undefined) {
      const known = [...proxies.keys()].join(", ");
      throw new LossboundError(
        "ENVIRONMENT",
        `no proxy stands for the broker ${host}:${port}; known are ${known}`,
      );
    }
    const socket = open(parseAddress("proxy", proxy), host, tls, onConnect);
    observe(socket, observer, tls === undefined ? "connect" : "secureConnect");
    return socket;
  };
}

function open(
  to: { host: string; port: number },
  brokerHost: string,
  tls: ConnectionOptions | undefined,
  onConnect: () => void,
): Socket {
  const servername = isIP(brokerHost) === 0 ? { servername: brokerHost } : {};
  const socket =
    tls === undefined ? connectPlain(to, onConnect) : connectTls({ ...to, ...servername, ...tls }, onConnect);
  socket.setNoDelay(true);
  socket.setKeepAlive(true, 60_000);
  return socket;
}

function observe(socket: Socket, observer: SocketObserver, connected: "connect" | "secureConnect"): void {
  let connection: number | undefined;
  socket.once(connected, () => {
    connection = observer.opened();
  });
  socket.once("error", (error: NodeJS.ErrnoException) => {
    if (connection === undefined && error.code === "ECONNREFUSED") observer.refused();
  });
  // The client listens too, from this same tick on: nothing is read before it does.
  socket.on("data", () => {
    if (connection !== undefined) observer.received(connection);
  });
  socket.once("close", () => {
    if (connection !== undefined) observer.closed(connection);
  });

  const write = socket.write.bind(socket) as (
    chunk: Uint8Array,
    done: (error?: Error | null) => void,
  ) => boolean;
  const observedWrite = (chunk: Uint8Array | string, ...rest: unknown[]): boolean => {
    // kafkajs passes "binary" along with a buffer; it means nothing there.
    const bytes = typeof chunk === "string" ? Buffer.from(chunk, "latin1") : chunk;
    const written = connection;
    if (written !== undefined) observer.wrote(written, bytes);
    return write(bytes, (error) => {
      if (written !== undefined && (error === undefined || error === null))
        observer.flushed(written, bytes.length);
      const callback = rest.at(-1);
      if (typeof callback === "function") callback(error);
    });
  };
  socket.write = observedWrite as Socket["write"];
}
