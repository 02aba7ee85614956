import { type Socket, connect as connectPlain, isIP } from "node:net";
import { type ConnectionOptions, connect as connectTls } from "node:tls";

import { parseAddress } from "../../base/address.js";
import { LossboundError } from "../../base/errors.js";
import { answerCounter } from "./answers.js";
import { dialWhileAlive, isBrokersRefusal } from "./dial-living.js";
import type { Dial } from "../driver.js";

/** The proxy to dial for a broker; the addresses are `host:port`. */
export interface Route {
  broker: string;
  brokerId: number;
  proxy: string;
}

/** Observes the sockets that a dial opens. Each method is called in the same tick as the event. */
export interface SocketObserver {
  /**
   * A connection to a broker, dialled at `dialedAt` (milliseconds since 1970), was established. The
   * returned number identifies the connection in the other calls.
   */
  opened(brokerId: number, dialedAt: number): number;
  closed(connection: number): void;
  /** A dial was refused by the proxy, or by the broker's own port, which is dialled first. */
  refused(by: "proxy" | "broker"): void;
  /** The client wrote these bytes, one complete request, to the socket. */
  wrote(connection: number, request: Uint8Array): void;
  /**
   * The request is about to be handed to the kernel, which already has all earlier ones. A request
   * for which this was not called when the process or the socket ends never left the process.
   */
  handing(connection: number, request: Uint8Array): void;
  /** This many complete answers arrived. */
  answered(connection: number, answers: number): void;
  /** The kernel took this many bytes: they have left the process. */
  flushed(connection: number, bytes: number): void;
}

/**
 * Dials brokers at their advertised addresses. For admin and auditor, which faults must not affect.
 */
export function dialDirectly(tls: ConnectionOptions | undefined): Dial {
  return ({ host, port, onConnect }) => open({ host, port }, host, tls, onConnect);
}

/**
 * Dials the proxy of each broker instead of the broker. Neither the client nor the broker notices;
 * with TLS the certificate must still bear the broker's name.
 *
 * An address without a proxy is an error, because a direct connection would escape the faults.
 */
export function dialThrough(
  routes: readonly Route[],
  tls: ConnectionOptions | undefined,
  observer: SocketObserver,
): Dial {
  return ({ host, port, onConnect }) => {
    const route = routes.find(({ broker }) => broker === `${host}:${port}`);
    if (route === undefined) {
      const known = routes.map(({ broker }) => broker).join(", ") || "none";
      throw new LossboundError(
        "ENVIRONMENT",
        `cannot find a proxy for broker ${host}:${port}; brokers with a proxy: ${known}`,
      );
    }
    const proxy = parseAddress("proxy", route.proxy);
    // A broker with TLS would log each such test dial as a failed handshake. Brokers that lossbound
    // kills do not use TLS.
    const socket =
      tls === undefined
        ? tuned(dialWhileAlive(proxy, { host, port }, onConnect))
        : open(proxy, host, tls, onConnect);
    observe(socket, route.brokerId, observer, tls === undefined ? "connect" : "secureConnect");
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
  return tuned(
    tls === undefined ? connectPlain(to, onConnect) : connectTls({ ...to, ...servername, ...tls }, onConnect),
  );
}

function tuned(socket: Socket): Socket {
  socket.setNoDelay(true);
  socket.setKeepAlive(true, 60_000);
  return socket;
}

function observe(
  socket: Socket,
  brokerId: number,
  observer: SocketObserver,
  connected: "connect" | "secureConnect",
): void {
  const dialedAt = Date.now();
  let connection: number | undefined;
  /**
   * Calls to the observer before the connection exists. kafkajs may write while it is connecting;
   * Node hands these writes over after the `connect` event.
   */
  let early: ((connection: number) => void)[] = [];
  const notify = (call: (connection: number) => void): void => {
    if (connection === undefined) early.push(call);
    else call(connection);
  };
  socket.once(connected, () => {
    connection = observer.opened(brokerId, dialedAt);
    for (const call of early) call(connection);
    early = [];
  });
  socket.once("error", (error: NodeJS.ErrnoException) => {
    if (connection !== undefined || error.code !== "ECONNREFUSED") return;
    observer.refused(isBrokersRefusal(error) ? "broker" : "proxy");
  });
  // The client adds its own listener in this same tick, so no data are read before that.
  const answersIn = answerCounter();
  socket.on("data", (chunk: Buffer) => {
    const answers = answersIn(chunk);
    if (connection !== undefined && answers > 0) observer.answered(connection, answers);
  });
  socket.once("close", () => {
    if (connection !== undefined) observer.closed(connection);
  });

  const write = socket.write.bind(socket) as (chunk: Uint8Array | string, ...rest: unknown[]) => boolean;
  const observedWrite = (chunk: Uint8Array | string, ...rest: unknown[]): boolean => {
    notify((id) => observer.wrote(id, bytesOf(chunk)));
    return write(chunk, ...rest);
  };
  socket.write = observedWrite as Socket["write"];
  handOneByOne(
    socket,
    (request) => notify((id) => observer.handing(id, request)),
    (bytes) => notify((id) => observer.flushed(id, bytes)),
  );
}

/**
 * Makes a socket hand its writes to the kernel one by one. By default it gathers all waiting writes
 * into one call. The kernel may take only part of them, and Node reports only the whole, so it
 * would be unknown which writes left the process. Without `_writev`, a Node stream calls `_write`
 * for each write, and waits for it before the next one. Queue, order, end, errors and callbacks
 * remain the stream's own.
 */
function handOneByOne(
  socket: Socket,
  onHanding: (chunk: Uint8Array) => void,
  onFlushed: (bytes: number) => void,
): void {
  const hand = socket._write.bind(socket);
  socket._write = (chunk: Uint8Array | string, encoding, done) => {
    const bytes = bytesOf(chunk);
    onHanding(bytes);
    hand(chunk, encoding, (error) => {
      if (error === undefined || error === null) onFlushed(bytes.length);
      done(error);
    });
  };
  (socket as { _writev?: unknown })._writev = undefined;
}

/** kafkajs also passes the encoding "binary" with a buffer, which has no effect on a buffer. */
function bytesOf(chunk: Uint8Array | string): Uint8Array {
  return typeof chunk === "string" ? Buffer.from(chunk, "latin1") : chunk;
}
