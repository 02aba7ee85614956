import { once } from "node:events";
import { type AddressInfo, type Server, type Socket, createServer } from "node:net";

import { describe, expect, it } from "vitest";

import { parseAddress } from "../../src/base/address.js";
import { waitUntil } from "../../src/base/wait.js";
import { type SocketObserver, dialDirectly, dialThrough } from "../../src/kafka/dial.js";

const soon = { limitMs: 5_000, everyMs: 1 };

describe("a dial through proxies", () => {
  it("leads to the proxy that stands for the broker", async () => {
    await using proxy = await aServer();
    const dial = dialThrough(
      [{ broker: "broker:9092", proxy: proxy.address }],
      undefined,
      anObserver().observer,
    );
    using connection = await connected(dial, "broker", 9092);
    connection.socket.write("hello");

    await waitUntil("the proxy to receive", () => proxy.received === "hello", soon);
  });

  it("refuses an address without a proxy, and says which are known", () => {
    const dial = dialThrough(
      [{ broker: "broker:9092", proxy: "127.0.0.1:1" }],
      undefined,
      anObserver().observer,
    );

    expect(() => dial({ host: "broker", port: 9093, onConnect: () => {} })).toThrow(
      expect.objectContaining({
        code: "ENVIRONMENT",
        message: "no proxy stands for the broker broker:9093; known are broker:9092",
      }),
    );
  });

  it("tells what happens on the socket: opened, written, flushed, closed", async () => {
    await using proxy = await aServer();
    const { observer, told } = anObserver();
    const dial = dialThrough([{ broker: "b:1", proxy: proxy.address }], undefined, observer);
    {
      using connection = await connected(dial, "b", 1);
      connection.socket.write(Buffer.from("12345"));
      // As kafkajs writes: with an encoding that means nothing beside a buffer.
      connection.socket.write(Buffer.from("67"), "binary");
      await waitUntil(
        "all bytes to leave",
        () => told.filter(([what]) => what === "flushed").length === 2,
        soon,
      );
    }
    await waitUntil("the close", () => told.at(-1)?.[0] === "closed", soon);

    expect(told.filter(([what]) => what !== "flushed")).toEqual([
      ["opened"],
      ["wrote", 0, "12345"],
      ["wrote", 0, "67"],
      ["closed", 0],
    ]);
    expect(told.filter(([what]) => what === "flushed")).toEqual([
      ["flushed", 0, 5],
      ["flushed", 0, 2],
    ]);
  });

  it("calls back whoever wrote", async () => {
    await using proxy = await aServer();
    const dial = dialThrough([{ broker: "b:1", proxy: proxy.address }], undefined, anObserver().observer);
    using connection = await connected(dial, "b", 1);

    await new Promise<void>((resolve, reject) => {
      connection.socket.write(Buffer.from("x"), (error) => (error ? reject(error) : resolve()));
    });
  });

  it("tells a refused dial, and no connection", async () => {
    const closed = await aServer();
    await closed[Symbol.asyncDispose]();
    const { observer, told } = anObserver();
    const socket = dialThrough(
      [{ broker: "b:1", proxy: closed.address }],
      undefined,
      observer,
    )({
      host: "b",
      port: 1,
      onConnect: () => {},
    });
    socket.on("error", () => {});
    await new Promise((resolve) => socket.once("close", resolve));

    expect(told).toEqual([["refused"]]);
  });
});

describe("a direct dial", () => {
  it("leads to the address itself", async () => {
    await using server = await aServer();
    const { host, port } = parseAddress("server", server.address);
    using connection = await connected(dialDirectly(undefined), host, port);

    expect(connection.socket.remotePort).toBe(port);
  });
});

interface Listening extends AsyncDisposable {
  address: string;
  readonly received: string;
}

async function aServer(): Promise<Listening> {
  let received = "";
  const sockets = new Set<Socket>();
  const server: Server = createServer((socket) => {
    sockets.add(socket);
    socket.on("error", () => {});
    socket.on("data", (bytes: Buffer) => (received += bytes.toString()));
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  return {
    address: `127.0.0.1:${(server.address() as AddressInfo).port}`,
    get received() {
      return received;
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

function anObserver(): { observer: SocketObserver; told: unknown[][] } {
  const told: unknown[][] = [];
  let connections = 0;
  const observer: SocketObserver = {
    opened: () => {
      told.push(["opened"]);
      return connections++;
    },
    closed: (connection) => told.push(["closed", connection]),
    refused: () => told.push(["refused"]),
    wrote: (connection, request) => told.push(["wrote", connection, Buffer.from(request).toString()]),
    received: () => 0,
    flushed: (connection, bytes) => told.push(["flushed", connection, bytes]),
  };
  return { observer, told };
}
