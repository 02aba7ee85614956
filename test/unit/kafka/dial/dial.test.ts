import { once } from "node:events";
import { type AddressInfo, type Server, type Socket, createServer } from "node:net";

import { describe, expect, it } from "vitest";

import { parseAddress } from "../../../../src/base/address.js";
import { waitUntil } from "../../../../src/base/wait.js";
import { type SocketObserver, dialDirectly, dialThrough } from "../../../../src/kafka/dial/dial.js";

const soon = { limitMs: 5_000, everyMs: 1 };

describe("a dial through proxies", () => {
  it("connects to the proxy of the broker", async () => {
    await using proxy = await aServer();
    const dial = dialThrough(
      [{ broker: "broker:9092", brokerId: 1, proxy: proxy.address }],
      undefined,
      anObserver().observer,
    );
    using connection = await connected(dial, "broker", 9092);
    connection.socket.write("hello");

    await waitUntil("the proxy to receive", () => proxy.received === "hello", soon);
  });

  it("throws for an address without a proxy, and lists the brokers with one", () => {
    const dial = dialThrough(
      [{ broker: "broker:9092", brokerId: 1, proxy: "127.0.0.1:1" }],
      undefined,
      anObserver().observer,
    );

    expect(() => dial({ host: "broker", port: 9093, onConnect: () => {} })).toThrow(
      expect.objectContaining({
        code: "ENVIRONMENT",
        message: "cannot find a proxy for broker broker:9093; brokers with a proxy: broker:9092",
      }),
    );
  });

  it("reports when the socket is opened, written, flushed and closed", async () => {
    await using proxy = await aServer();
    const { observer, told } = anObserver();
    const dial = dialThrough([{ broker: "b:1", brokerId: 7, proxy: proxy.address }], undefined, observer);
    {
      using connection = await connected(dial, "b", 1);
      connection.socket.write(Buffer.from("12345"));
      // kafkajs also passes an encoding, which has no effect on a buffer.
      connection.socket.write(Buffer.from("67"), "binary");
      await waitUntil(
        "all bytes to leave",
        () => told.filter(([what]) => what === "flushed").length === 2,
        soon,
      );
    }
    await waitUntil("the close", () => told.at(-1)?.[0] === "closed", soon);

    expect(told.filter(([what]) => what !== "flushed")).toEqual([
      ["opened", 7],
      ["wrote", 0, "12345"],
      ["handing", 0, "12345"],
      ["wrote", 0, "67"],
      ["handing", 0, "67"],
      ["closed", 0],
    ]);
    expect(told.filter(([what]) => what === "flushed")).toEqual([
      ["flushed", 0, 5],
      ["flushed", 0, 2],
    ]);
  });

  it("reports answers once they are complete", async () => {
    await using proxy = await aServer();
    const { observer, told } = anObserver();
    const dial = dialThrough([{ broker: "b:1", brokerId: 7, proxy: proxy.address }], undefined, observer);
    using connection = await connected(dial, "b", 1);
    let bytes = 0;
    connection.socket.on("data", (chunk: Buffer) => (bytes += chunk.length));

    proxy.send(Buffer.from([0, 0, 0, 2, 65]));
    await waitUntil("the first part", () => bytes === 5, soon);
    expect(of(told, "answered")).toEqual([]);
    proxy.send(Buffer.from([66, 0, 0, 0, 1, 67]));
    await waitUntil("the rest", () => bytes === 11, soon);
    expect(of(told, "answered")).toEqual([["answered", 0, 2]]);
  });

  it("reports writes made before the connection exists, once it exists", async () => {
    await using proxy = await aServer();
    const { observer, told } = anObserver();
    const dial = dialThrough([{ broker: "b:1", brokerId: 7, proxy: proxy.address }], undefined, observer);
    const socket = dial({ host: "b", port: 1, onConnect: () => {} });
    socket.write(Buffer.from("12"));
    socket.write(Buffer.from("345"));
    await waitUntil("the proxy to receive", () => proxy.received === "12345", soon);
    socket.destroy();

    expect(told.filter(([what]) => what !== "closed")).toEqual([
      ["opened", 7],
      ["wrote", 0, "12"],
      ["handing", 0, "12"],
      ["wrote", 0, "345"],
      ["flushed", 0, 2],
      ["handing", 0, "345"],
      ["flushed", 0, 3],
    ]);
  });

  it("calls the callback of a write", async () => {
    await using proxy = await aServer();
    const dial = dialThrough(
      [{ broker: "b:1", brokerId: 7, proxy: proxy.address }],
      undefined,
      anObserver().observer,
    );
    using connection = await connected(dial, "b", 1);

    await new Promise<void>((resolve, reject) => {
      connection.socket.write(Buffer.from("x"), (error) => (error ? reject(error) : resolve()));
    });
  });

  it("reports each request before the kernel gets it, and only once the kernel has all earlier ones", async () => {
    await using proxy = await aServer();
    proxy.pause();
    const { observer, told } = anObserver();
    using connection = await connected(
      dialThrough([{ broker: "b:1", brokerId: 7, proxy: proxy.address }], undefined, observer),
      "b",
      1,
    );
    const counts = (): Record<string, number> => ({
      wrote: of(told, "wrote").length,
      handing: of(told, "handing").length,
      flushed: of(told, "flushed").length,
    });
    // More than any kernel buffers for a connection whose peer does not read.
    const requests = Array.from({ length: 200 }, (_, index) => Buffer.alloc(100_000, 65 + (index % 26)));
    const calledBack: number[] = [];
    for (const [index, request] of requests.entries()) {
      connection.socket.write(request, () => calledBack.push(index));
    }
    connection.socket.end();
    await untilStable(() => of(told, "flushed").length);

    const { wrote, handing, flushed } = counts() as { wrote: number; handing: number; flushed: number };
    expect(wrote).toBe(200);
    expect(handing, "the one that the kernel is taking").toBe(flushed + 1);
    expect(handing).toBeLessThan(150);
    // No more arrives than was handed over, and no less than was flushed.
    proxy.resume();
    await waitUntil("all to arrive", () => proxy.received.length === 200 * 100_000, soon);
    expect(proxy.received).toBe(requests.map(String).join(""));
    expect(of(told, "handing").map(([, , text]) => text)).toEqual(requests.map(String));
    expect(calledBack).toEqual([...requests.keys()]);
    await waitUntil("the end, which follows them", () => proxy.ended, soon);
  });

  it("hands over nothing after the socket is destroyed, so unreported requests never arrive", async () => {
    await using proxy = await aServer();
    proxy.pause();
    const { observer, told } = anObserver();
    const errors: (Error | null | undefined)[] = [];
    {
      using connection = await connected(
        dialThrough([{ broker: "b:1", brokerId: 7, proxy: proxy.address }], undefined, observer),
        "b",
        1,
      );
      for (let index = 0; index < 200; index++) {
        connection.socket.write(Buffer.alloc(100_000, 65), (error) => errors.push(error));
      }
      await untilStable(() => of(told, "flushed").length);
    }
    await waitUntil("the close", () => told.at(-1)?.[0] === "closed", soon);
    const handed = of(told, "handing").length;
    proxy.resume();
    await waitUntil("the proxy to see the end", () => proxy.ended, soon);

    expect(errors).toHaveLength(200);
    expect(errors.filter(Boolean)).toHaveLength(200 - of(told, "flushed").length);
    expect(proxy.received.length).toBeLessThanOrEqual(handed * 100_000);
    expect(of(told, "handing")).toHaveLength(handed);
  });

  it("is refused if the broker refuses, although its proxy does not yet", async () => {
    const dead = await aServer();
    await dead[Symbol.asyncDispose]();
    await using proxy = await aServer();
    const { observer, told } = anObserver();
    const { host, port } = parseAddress("broker", dead.address);
    const routes = [{ broker: dead.address, brokerId: 7, proxy: proxy.address }];

    await expect(connected(dialThrough(routes, undefined, observer), host, port)).rejects.toMatchObject({
      code: "ECONNREFUSED",
      port,
    });
    expect(told).toEqual([["refused", "broker"]]);
  });

  it("reports a dial that the proxy refuses, but not a connection", async () => {
    const closed = await aServer();
    await closed[Symbol.asyncDispose]();
    const { observer, told } = anObserver();
    const socket = dialThrough(
      [{ broker: "b:1", brokerId: 7, proxy: closed.address }],
      undefined,
      observer,
    )({
      host: "b",
      port: 1,
      onConnect: () => {},
    });
    socket.on("error", () => {});
    await new Promise((resolve) => socket.once("close", resolve));

    expect(told).toEqual([["refused", "proxy"]]);
  });
});

describe("a direct dial", () => {
  it("connects to the address itself", async () => {
    await using server = await aServer();
    const { host, port } = parseAddress("server", server.address);
    using connection = await connected(dialDirectly(undefined), host, port);

    expect(connection.socket.remotePort).toBe(port);
  });
});

interface Listening extends AsyncDisposable {
  address: string;
  readonly received: string;
  /** Whether every connection has ended. */
  readonly ended: boolean;
  /** Stops reading from new connections. */
  pause(): void;
  resume(): void;
  /** Sends to all open connections. */
  send(bytes: Buffer): void;
}

async function aServer(): Promise<Listening> {
  let received = "";
  let paused = false;
  let ended = 0;
  const sockets = new Set<Socket>();
  const server: Server = createServer((socket) => {
    sockets.add(socket);
    if (paused) socket.pause();
    for (const end of ["error", "end"]) socket.once(end, () => ended++);
    socket.on("data", (bytes: Buffer) => (received += bytes.toString()));
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  return {
    address: `127.0.0.1:${(server.address() as AddressInfo).port}`,
    get received() {
      return received;
    },
    get ended() {
      return ended >= sockets.size;
    },
    pause: () => {
      paused = true;
    },
    resume: () => {
      paused = false;
      for (const socket of sockets) socket.resume();
    },
    send: (bytes) => {
      for (const socket of sockets) socket.write(bytes);
    },
    [Symbol.asyncDispose]: async () => {
      for (const socket of sockets) socket.destroy();
      server.close();
      await once(server, "close");
    },
  };
}

async function connected(
  dial: ReturnType<typeof dialDirectly>,
  host: string,
  port: number,
): Promise<Disposable & { socket: Socket }> {
  const socket = await new Promise<Socket>((resolve, reject) => {
    const dialled: Socket = dial({ host, port, onConnect: () => resolve(dialled) });
    dialled.once("error", reject);
  });
  return { socket, [Symbol.dispose]: () => socket.destroy() };
}

function of(told: readonly unknown[][], what: string): unknown[][] {
  return told.filter(([first]) => first === what);
}

async function untilStable(count: () => number): Promise<void> {
  let before = -1;
  const same = (): boolean => {
    const now = count();
    const isSame = now === before;
    before = now;
    return isSame;
  };
  await waitUntil("a stable count", same, { limitMs: 5_000, everyMs: 200 });
}

function anObserver(): { observer: SocketObserver; told: unknown[][] } {
  const told: unknown[][] = [];
  let connections = 0;
  const observer: SocketObserver = {
    opened: (brokerId) => {
      told.push(["opened", brokerId]);
      return connections++;
    },
    closed: (connection) => told.push(["closed", connection]),
    refused: (by) => told.push(["refused", by]),
    wrote: (connection, request) => told.push(["wrote", connection, Buffer.from(request).toString()]),
    handing: (connection, request) => told.push(["handing", connection, Buffer.from(request).toString()]),
    answered: (...what) => told.push(["answered", ...what]),
    flushed: (connection, bytes) => told.push(["flushed", connection, bytes]),
  };
  return { observer, told };
}
