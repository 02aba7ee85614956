import net from "node:net";

import { waitUntil } from "../../../src/base/wait.js";

/** A TCP server on a free port of 127.0.0.1 that can be killed, and started again on the same port. */
export interface TestServer extends AsyncDisposable {
  readonly port: number;
  readonly address: string;
  /** Stops listening and cuts every connection, as the death of its process does. */
  kill(): Promise<void>;
  listen(): Promise<void>;
}

export async function openServer(serve: (socket: net.Socket) => void): Promise<TestServer> {
  const sockets = new Set<net.Socket>();
  const server = net.createServer((socket) => {
    sockets.add(socket);
    socket.on("error", () => {}).on("close", () => sockets.delete(socket));
    serve(socket);
  });
  const listen = (port: number) =>
    new Promise<void>((resolve, reject) => {
      server.once("error", reject).listen(port, "127.0.0.1", resolve);
    });
  await listen(0);
  const { port } = server.address() as net.AddressInfo;
  const kill = () =>
    new Promise<void>((resolve) => {
      server.close(() => resolve());
      for (const socket of sockets) socket.resetAndDestroy();
    });
  return {
    port,
    address: `127.0.0.1:${port}`,
    kill,
    listen: () => listen(port),
    [Symbol.asyncDispose]: kill,
  };
}

/** Leads every connection on to `address`: a broker that can die in an instant and be back in another. */
export async function openRelay(address: string): Promise<TestServer> {
  const [host, port] = address.split(":");
  return await openServer((near) => {
    const far = net.connect({ host: host!, port: Number(port) });
    far.on("error", () => near.destroy()).on("close", () => near.destroy());
    near.on("close", () => far.destroy());
    near.pipe(far).pipe(near);
  });
}

/**
 * Leads every connection to its own port on to the same port of `host`, as Docker's userland proxy does: it
 * takes a connection before it knows whether anybody answers behind it, and ends one that is refused or reset
 * there.
 *
 * @param ends in order; or with a reset, as the kernel does if the forwarder has not read all that it was sent.
 */
export async function openForwarder(host: string, ends: "closes" | "resets" = "closes"): Promise<TestServer> {
  const forwarder = await openServer((near) => {
    const end = (): void => void (ends === "resets" ? near.resetAndDestroy() : near.resume().end());
    const far = net.connect({ host, port: forwarder.port });
    far.on("error", end).on("close", end);
    near.on("close", () => far.destroy());
    near.pipe(far).pipe(near);
  });
  return forwarder;
}

/** Writes as fast as it is read, without end. */
export interface Flood extends TestServer {
  /** Resolves when nobody takes any more: every buffer on the way is full. */
  full(): Promise<void>;
}

export async function openFlood(): Promise<Flood> {
  const piece = Buffer.alloc(65_536);
  let lastWrite = performance.now();
  const server = await openServer((socket) => {
    const fill = () => {
      lastWrite = performance.now();
      while (socket.writable && socket.write(piece));
      socket.once("drain", fill);
    };
    fill();
  });
  const full = () =>
    waitUntil("all buffers to be full", () => performance.now() - lastWrite > 300, {
      limitMs: 60_000,
    });
  return { ...server, full: async () => void (await full()) };
}

/** Answers every request as a broker answers ApiVersions: with its correlation id, and one API. */
export function answerAsBroker(socket: net.Socket): void {
  socket.on("data", (request: Buffer) => {
    const answer = Buffer.alloc(4 + 4 + 2 + 4 + 6);
    answer.writeInt32BE(answer.length - 4, 0);
    request.copy(answer, 4, 8, 12);
    answer.writeInt32BE(1, 10);
    answer.writeInt16BE(18, 14);
    socket.write(answer);
  });
}
