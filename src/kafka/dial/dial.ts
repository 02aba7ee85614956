import { type Socket, connect as connectPlain, isIP } from "node:net";
import { type ConnectionOptions, connect as connectTls } from "node:tls";

import { parseAddress } from "../../base/address.js";
import { LossboundError } from "../../base/errors.js";
import { answerCounter } from "./answers.js";
import { dialWhileAlive, isBrokersRefusal } from "./dial-living.js";
import type { Dial } from "../driver.js";

/** Which proxy stands for which broker; the addresses are `host:port`. */
export interface Route {
  broker: string;
  brokerId: number;
  proxy: string;
}

/** Hears what happens on the sockets that a dial opened. It is called as it happens, in the same tick. */
export interface SocketObserver {
  /**
   * A connection to a broker, dialled at `dialedAt` (milliseconds since 1970), was made. The number it returns
   * names the connection in the other calls.
   */
  opened(brokerId: number, dialedAt: number): number;
  closed(connection: number): void;
  /** A dial was refused: by the proxy, or by the broker's own port, which was asked before it. */
  refused(by: "proxy" | "broker"): void;
  /** The client gave these bytes to the socket: one request of the protocol, whole. */
  wrote(connection: number, request: Uint8Array): void;
  /**
   * These bytes, that request, are the next that the kernel is given; it has all that were given to
   * the socket before them. What this was not said of, when process or socket end, never left.
   */
  handing(connection: number, request: Uint8Array): void;
  /** So many answers of the protocol came back, whole. */
  answered(connection: number, answers: number): void;
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
  return ({ host, port, onConnect }) => {
    const route = routes.find(({ broker }) => broker === `${host}:${port}`);
    if (route === undefined) {
      const known = routes.map(({ broker }) => broker).join(", ");
      throw new LossboundError(
        "ENVIRONMENT",
        `no proxy stands for the broker ${host}:${port}; known are ${known}`,
      );
    }
    const proxy = parseAddress("proxy", route.proxy);
    // A broker with TLS would log each knock as a failed handshake; and those that we kill have none.
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
  /** kafkajs may write while it still connects. Node hands that over when it has, and tells us first. */
  let early: ((connection: number) => void)[] = [];
  const tell = (what: (connection: number) => void): void => {
    if (connection === undefined) early.push(what);
    else what(connection);
  };
  socket.once(connected, () => {
    connection = observer.opened(brokerId, dialedAt);
    for (const what of early) what(connection);
    early = [];
  });
  socket.once("error", (error: NodeJS.ErrnoException) => {
    if (connection !== undefined || error.code !== "ECONNREFUSED") return;
    observer.refused(isBrokersRefusal(error) ? "broker" : "proxy");
  });
  // The client listens too, from this same tick on: nothing is read before it does.
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
    tell((made) => observer.wrote(made, bytesOf(chunk)));
    return write(chunk, ...rest);
  };
  socket.write = observedWrite as Socket["write"];
  handOneByOne(
    socket,
    (request) => tell((made) => observer.handing(made, request)),
    (bytes) => tell((made) => observer.flushed(made, bytes)),
  );
}

/**
 * Has a socket hand its writes to the kernel one by one. By itself it gathers all that wait into one
 * call, which the kernel may take a part of, and says so only when it has taken the whole: nobody
 * could tell which of them left. `_write` and `_writev` are what Node's streams are built of: without
 * `_writev`, the stream calls `_write` for each write alone, the next when the one before it is
 * through. Queue, order, end, errors and callbacks stay the stream's own.
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

/** kafkajs passes "binary" along with a buffer; it means nothing there. */
function bytesOf(chunk: Uint8Array | string): Uint8Array {
  return typeof chunk === "string" ? Buffer.from(chunk, "latin1") : chunk;
}
