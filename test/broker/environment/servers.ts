import net from "node:net";

import { waitUntil } from "../../../src/base/wait.js";

/** A TCP server on a free port of 127.0.0.1 that can be killed and restarted on the same port. */
export interface TestServer extends AsyncDisposable {
  readonly port: number;
  readonly address: string;
  /** Stops listening and resets every connection, as the death of its process would. */
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

/** Forwards every connection to `address`, like a broker that can die and return at once. */
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
 * Forwards every connection to the same port of `host`, as Docker's userland proxy does. It accepts
 * a connection before it knows whether the target accepts it, and ends it if the target refuses or
 * resets it.
 *
 * @param ends `resets` is what the kernel does if the forwarder has not read everything.
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

/** A server that writes endlessly, as fast as its peer reads. */
export interface Flood extends TestServer {
  /** Resolves when every buffer on the way is full. */
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

/** Answers every request like an ApiVersions request, with its correlation id and one API. */
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
