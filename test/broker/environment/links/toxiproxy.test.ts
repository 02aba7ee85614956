import http from "node:http";
import net from "node:net";

import { afterAll, beforeAll, expect, test } from "vitest";

import { pause, waitUntil, within } from "../../../../src/base/wait.js";
import { freePorts } from "../../../../src/processes/ports.js";
import { connectToxiproxy, type Proxy, type Toxiproxy } from "../../../../src/environment/links/toxiproxy.js";
import { type OwnToxiproxy, openOwnToxiproxy } from "../own-toxiproxy.js";
import { type Flood, openFlood, openServer } from "../servers.js";

/**
 * Toxiproxy's limit for a call. A timer of the same length measures the delay on a busy machine.
 */
const callLimitMs = 5000;

let own: OwnToxiproxy;
let toxiproxy: Toxiproxy;

beforeAll(async () => {
  own = await openOwnToxiproxy();
  toxiproxy = await connectToxiproxy(own.url);
}, 120_000);
afterAll(async () => await own[Symbol.asyncDispose]());

const nowhere = "127.0.0.1:9";

test("connectToxiproxy reads the version of Toxiproxy", () => {
  expect(toxiproxy.version).toMatch(/^git$|^\d+\.\d+/);
});

test.each(["127.0.0.1:8474", "ftp://127.0.0.1:8474", "http://127.0.0.1:8474/proxies", ""])(
  "connectToxiproxy rejects the URL %j",
  async (url) => {
    await expect(connectToxiproxy(url)).rejects.toMatchObject({ code: "USAGE" });
  },
);

test("connectToxiproxy fails with the request and the cause when no server listens", async () => {
  const [port] = await freePorts(1);
  await expect(connectToxiproxy(`http://127.0.0.1:${port}`)).rejects.toMatchObject({
    code: "ENVIRONMENT",
    message: expect.stringMatching(/GET http:\/\/127\.0\.0\.1:\d+\/version: .*ECONNREFUSED/),
  });
});

test("connectToxiproxy rejects a web server that is not Toxiproxy", async () => {
  const server = http.createServer((_, answer) => answer.end("<html>welcome</html>"));
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as net.AddressInfo;
  await expect(connectToxiproxy(`http://127.0.0.1:${port}`)).rejects.toMatchObject({
    code: "ENVIRONMENT",
    message: expect.stringContaining("is not Toxiproxy"),
  });
  server.close();
});

test("a call without an answer fails after five seconds", async () => {
  await using mute = await openServer(() => {});
  const started = performance.now();
  const limit = pause(callLimitMs).then(() => performance.now());
  await expect(connectToxiproxy(`http://${mute.address}`)).rejects.toMatchObject({
    code: "DEADLINE",
  });
  const ended = performance.now();
  expect(ended - started).toBeGreaterThanOrEqual(callLimitMs - 5);
  expect(ended - (await limit)).toBeLessThan(callLimitMs / 2);
});

test("addToxic sets the attributes, the stream and a toxicity of 1", async () => {
  const proxy = await create("attributes");
  await proxy.addToxic("slow", "upstream", { type: "latency", latency: 50, jitter: 10 });
  expect(await shown("attributes")).toMatchObject({
    toxics: [{ name: "slow", stream: "upstream", toxicity: 1, attributes: { latency: 50, jitter: 10 } }],
  });
  expect(await proxy.removeToxic("slow")).toBe("removed");
  expect(await proxy.removeToxic("slow")).toBe("removed");
  expect(await shown("attributes")).toMatchObject({ toxics: [] });
  await proxy.remove();
});

test("a refused call fails with the proxy, the request and the answer", async () => {
  const proxy = await create("twice");
  await proxy.addToxic("same", "upstream", { type: "timeout", timeout: 0 });
  await expect(proxy.addToxic("same", "upstream", { type: "timeout", timeout: 0 })).rejects.toThrow(
    /409 .*toxic already exists.* to POST .*\/proxies\/twice\/toxics .*"timeout"/,
  );
  await proxy.remove();
});

test("a disabled proxy refuses connections, and listens on the same port once enabled", async () => {
  await using upstream = await openServer(() => {});
  const proxy = await create("switched", upstream.address);
  await proxy.disable();
  expect(await dialOf(proxy)).toBe("ECONNREFUSED");
  await proxy.enable();
  expect(await dialOf(proxy)).toBe("connected");
  await proxy.remove();
  expect(await dialOf(proxy)).toBe("ECONNREFUSED");
});

test("removeToxic replaces a hung proxy within the limit, and keeps the port and other toxics", async () => {
  await using flood = await openFlood();
  const proxy = await create("hung", flood.address);
  await proxy.addToxic("first", "downstream", { type: "latency", latency: 10, jitter: 0 });
  await proxy.addToxic("second", "downstream", { type: "slow_close", delay: 5 });
  using _ = await hangOn(proxy, flood);

  const started = performance.now();
  const limit = pause(callLimitMs).then(() => performance.now());
  expect(await proxy.removeToxic("first")).toBe("replaced");
  const removed = performance.now();
  // It waited for the limit once, but not twice.
  expect(removed - started).toBeGreaterThanOrEqual(callLimitMs - 5);
  expect(removed - (await limit)).toBeLessThan(callLimitMs / 2);

  expect(await shown("hung-2")).toMatchObject({
    enabled: true,
    listen: proxy.address,
    toxics: [{ name: "second", attributes: { delay: 5 } }],
  });
  // No client is connected. One that had just left the flood could make this removal hang, too.
  expect(await proxy.removeToxic("second")).toBe("removed");
  expect(await dialOf(proxy)).toBe("connected");
  await proxy.remove();
  expect(await names()).not.toContainEqual(expect.stringContaining("hung"));
});

test("addToxic fails when it hangs, and leaves a working proxy", async () => {
  await using flood = await openFlood();
  const proxy = await create("full", flood.address);
  using _ = await hangOn(proxy, flood);
  const latency = { type: "latency", latency: 10, jitter: 0 } as const;
  await expect(proxy.addToxic("late", "downstream", latency)).rejects.toMatchObject({
    code: "DEADLINE",
  });
  await proxy.addToxic("late", "downstream", latency);
  await proxy.remove();
});

// The last test: it leaves proxies behind that only the end of Toxiproxy removes.
test.each([
  ["with an error for a foreign Toxiproxy", false],
  ["silently for lossbound's own Toxiproxy", true],
])(
  "remove does not delete a proxy whose deletion would block all of Toxiproxy, %s",
  async (_text, isOurs) => {
    await using flood = await openFlood();
    const order = { name: isOurs ? "ours" : "locked", listen: "127.0.0.1:0", upstream: flood.address };
    const proxy = await (await connectToxiproxy(own.url, isOurs)).createProxy(order);
    await proxy.addToxic("stuck", "downstream", { type: "latency", latency: 10, jitter: 0 });
    using _ = await hangOn(proxy, flood);
    const removed = proxy.removeToxic("stuck");
    const hangs = async () => (await limited(shown(proxy.name), 100)) === "no answer";
    await waitUntil("the removal to hang", hangs, { limitMs: 60_000 });
    // Toxiproxy accepts this connection and then waits forever for the lock on its toxics.
    using __ = await hangOn(proxy, flood);
    expect(await removed).toBe("replaced");

    const end = await proxy.remove().then(
      () => "left",
      (error: Error) => error.message,
    );
    expect(end).toMatch(
      isOurs ? /^left$/ : /^cannot delete the proxy .*locked because it hangs in Toxiproxy/,
    );
    expect((await connectToxiproxy(own.url)).version).toBe(toxiproxy.version);
    await (await create("after")).remove();
  },
  20_000,
);

async function create(name: string, upstream = nowhere): Promise<Proxy> {
  return await toxiproxy.createProxy({ name, listen: "127.0.0.1:0", upstream });
}

async function shown(name: string): Promise<unknown> {
  return await (await fetch(`${own.url}/proxies/${name}`)).json();
}

async function limited<T>(promise: Promise<T>, limitMs: number): Promise<T | "no answer"> {
  return await within("an answer", promise, limitMs).catch(() => "no answer" as const);
}

async function names(): Promise<string[]> {
  return Object.keys((await (await fetch(`${own.url}/proxies`)).json()) as object);
}

async function dialOf({ address }: Proxy): Promise<string> {
  const [host, port] = address.split(":");
  const socket = net.connect({ host: host!, port: Number(port) });
  try {
    return await new Promise<string>((resolve) => {
      socket.once("connect", () => resolve("connected"));
      socket.once("error", (error: NodeJS.ErrnoException) => resolve(error.code ?? error.message));
    });
  } finally {
    socket.destroy();
  }
}

/**
 * Connects but never reads. Every buffer on the way fills up, and Toxiproxy blocks in a write on
 * this connection.
 */
async function hangOn({ address }: Proxy, flood: Flood): Promise<Disposable> {
  const [host, port] = address.split(":");
  const socket = net.connect({ host: host!, port: Number(port) });
  socket.on("error", () => {});
  socket.pause();
  await new Promise((resolve) => socket.once("connect", resolve));
  await flood.full();
  return { [Symbol.dispose]: () => void socket.destroy() };
}
