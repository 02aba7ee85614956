import http from "node:http";
import net from "node:net";

import { afterAll, beforeAll, expect, test } from "vitest";

import { pause, waitUntil, within } from "../../../../src/base/wait.js";
import { freePorts } from "../../../../src/processes/ports.js";
import { connectToxiproxy, type Proxy, type Toxiproxy } from "../../../../src/environment/links/toxiproxy.js";
import { type OwnToxiproxy, openOwnToxiproxy } from "../own-toxiproxy.js";
import { type Flood, openFlood, openServer } from "../servers.js";

/** What Toxiproxy has to answer a call. Timers of the same length tell how late all are on a busy machine. */
const callLimitMs = 5000;

let own: OwnToxiproxy;
let toxiproxy: Toxiproxy;

beforeAll(async () => {
  own = await openOwnToxiproxy();
  toxiproxy = await connectToxiproxy(own.url);
}, 120_000);
afterAll(async () => await own[Symbol.asyncDispose]());

const nowhere = "127.0.0.1:9";

test("a Toxiproxy that answers says its version", () => {
  expect(toxiproxy.version).toMatch(/^git$|^\d+\.\d+/);
});

test.each(["127.0.0.1:8474", "ftp://127.0.0.1:8474", "http://127.0.0.1:8474/proxies", ""])(
  "%j is no URL of Toxiproxy's API",
  async (url) => {
    await expect(connectToxiproxy(url)).rejects.toMatchObject({ code: "USAGE" });
  },
);

test("where nobody listens, the error says what was asked of whom, and why it failed", async () => {
  const [port] = await freePorts(1);
  await expect(connectToxiproxy(`http://127.0.0.1:${port}`)).rejects.toMatchObject({
    code: "ENVIRONMENT",
    message: expect.stringMatching(/GET http:\/\/127\.0\.0\.1:\d+\/version: .*ECONNREFUSED/),
  });
});

test("a web server that is not Toxiproxy is not taken for one", async () => {
  const server = http.createServer((_, answer) => answer.end("<html>welcome</html>"));
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as net.AddressInfo;
  await expect(connectToxiproxy(`http://127.0.0.1:${port}`)).rejects.toMatchObject({
    code: "ENVIRONMENT",
    message: expect.stringContaining("is not Toxiproxy"),
  });
  server.close();
});

test("a call that gets no answer ends after five seconds", async () => {
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

test("a toxic has its own attributes, its stream, and toxicity 1", async () => {
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

test("a refusal says which proxy, what was asked, and what Toxiproxy answered", async () => {
  const proxy = await create("twice");
  await proxy.addToxic("same", "upstream", { type: "timeout", timeout: 0 });
  await expect(proxy.addToxic("same", "upstream", { type: "timeout", timeout: 0 })).rejects.toThrow(
    /409 .*toxic already exists.* to POST .*\/proxies\/twice\/toxics .*"timeout"/,
  );
  await proxy.remove();
});

test("a disabled proxy refuses, and listens on the same port when it is enabled again", async () => {
  await using upstream = await openServer(() => {});
  const proxy = await create("switched", upstream.address);
  await proxy.disable();
  expect(await dialOf(proxy)).toBe("ECONNREFUSED");
  await proxy.enable();
  expect(await dialOf(proxy)).toBe("connected");
  await proxy.remove();
  expect(await dialOf(proxy)).toBe("ECONNREFUSED");
});

test("a toxic whose removal hangs is gone within the limit, the others stay, and so does the port", async () => {
  await using flood = await openFlood();
  const proxy = await create("hung", flood.address);
  await proxy.addToxic("first", "downstream", { type: "latency", latency: 10, jitter: 0 });
  await proxy.addToxic("second", "downstream", { type: "slow_close", delay: 5 });
  using _ = await hangOn(proxy, flood);

  const started = performance.now();
  const limit = pause(callLimitMs).then(() => performance.now());
  expect(await proxy.removeToxic("first")).toBe("replaced");
  const removed = performance.now();
  // The limit is waited for once: it has passed, and not passed again.
  expect(removed - started).toBeGreaterThanOrEqual(callLimitMs - 5);
  expect(removed - (await limit)).toBeLessThan(callLimitMs / 2);

  expect(await shown("hung-2")).toMatchObject({
    enabled: true,
    listen: proxy.address,
    toxics: [{ name: "second", attributes: { delay: 5 } }],
  });
  // Nobody is connected. One who had just hung up on the flood could make this removal hang as well.
  expect(await proxy.removeToxic("second")).toBe("removed");
  expect(await dialOf(proxy)).toBe("connected");
  await proxy.remove();
  expect(await names()).not.toContainEqual(expect.stringContaining("hung"));
});

test("a toxic that cannot be added is an error, and leaves a proxy that works", async () => {
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

// The last test: it leaves proxies behind that only the end of Toxiproxy takes away.
test.each([
  ["with an error", false],
  ["to the end of a Toxiproxy that is ours", true],
])(
  "a proxy whose deletion would stop all of Toxiproxy is left alone, %s",
  async (_words, isOurs) => {
    await using flood = await openFlood();
    const order = { name: isOurs ? "ours" : "locked", listen: "127.0.0.1:0", upstream: flood.address };
    const proxy = await (await connectToxiproxy(own.url, isOurs)).createProxy(order);
    await proxy.addToxic("stuck", "downstream", { type: "latency", latency: 10, jitter: 0 });
    using _ = await hangOn(proxy, flood);
    const removed = proxy.removeToxic("stuck");
    const hangs = async () => (await limited(shown(proxy.name), 100)) === "no answer";
    await waitUntil("the removal to hang", hangs, { limitMs: 60_000 });
    // Toxiproxy takes this connection, cannot get at the toxics for it, and never comes back from there.
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
 * Connects, and never reads: every buffer on the way fills, and what Toxiproxy does for this
 * connection is blocked in a write.
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
