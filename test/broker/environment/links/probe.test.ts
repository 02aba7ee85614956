import { execFile } from "node:child_process";
import { mkdtemp, readFile, realpath, rm } from "node:fs/promises";
import type net from "node:net";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import tls from "node:tls";
import { promisify } from "node:util";

import { afterAll, beforeAll, describe, expect, test } from "vitest";

import { pause } from "../../../../src/base/wait.js";
import { expectationOf } from "../../../../src/environment/links/expected-view.js";
import { openLocal, type LocalEnvironment } from "../../../../src/environment/local/local.js";
import { probe, type Seen, textOf } from "../../../../src/environment/links/probe.js";
import {
  connectToxiproxy,
  type Proxy,
  type Stream,
  type Toxiproxy,
} from "../../../../src/environment/links/toxiproxy.js";
import type { Toxic } from "../../../../src/scenario/faults.js";
import { answerAsBroker, openServer } from "../servers.js";

let local: LocalEnvironment;
let toxiproxy: Toxiproxy;
let proxy: Proxy;

beforeAll(async () => {
  local = await openLocal({ brokers: { count: 1 }, progress: () => {} });
  toxiproxy = await connectToxiproxy(local.toxiproxy);
  proxy = await toxiproxy.createProxy({
    name: "probed",
    listen: "127.0.0.1:0",
    upstream: local.bootstrap[0]!,
  });
}, 300_000);
afterAll(async () => await local[Symbol.asyncDispose]());

/**
 * The expectations of `expected-view.ts`: what a probe sees while the toxic is on, and for how
 * long.
 */
const visible: [Toxic, Stream, Seen["kind"], number][] = bothStreams([
  [{ type: "latency", latency: 200, jitter: 0 }, "answered", 200],
  [{ type: "latency", latency: 200, jitter: 50 }, "answered", 150],
  [{ type: "timeout", timeout: 0 }, "silence", 299],
  [{ type: "timeout", timeout: 400 }, "closed", 400],
  [{ type: "reset_peer", timeout: 0 }, "reset", 0],
  [{ type: "reset_peer", timeout: 300 }, "reset", 300],
  [{ type: "bandwidth", rate: 0 }, "silence", 299],
]);
visible.push([{ type: "bandwidth", rate: 1 }, "downstream", "answered", 400]);
visible.push([{ type: "bandwidth", rate: 10 }, "downstream", "answered", 40]);

describe.each(visible)("%j %s", (toxic, stream, kind, atLeastMs) => {
  test(`shows as ${kind} after at least ${atLeastMs} ms, and an instant answer rules it out`, async () => {
    const expectation = expectationOf(toxic, stream)!;
    await proxy.addToxic("toxic", stream, toxic);
    const seen = await quickest(async () => {
      const seen = await probe(proxy.address, { limitMs: expectation.lookMs });
      expect(seen.kind, textOf(seen)).toBe(kind);
      expect(timeOf(seen)).toBeGreaterThanOrEqual(atLeastMs);
      expect(expectation.shows(seen, true)).toBe(true);
      return seen;
    });
    await proxy.removeToxic("toxic");
    expect(timeOf(seen)).toBeLessThan(atLeastMs + 300);

    const healed = await quickest(() => probe(proxy.address, { limitMs: 60_000 }));
    expect(healed.kind, textOf(healed)).toBe("answered");
    expect(expectation.shows(healed, false)).toBe(false);
  });
});

test.each(
  bothStreams([
    [{ type: "slicer", average_size: 100, size_variation: 10, delay: 10 }, "answered", 0],
    [{ type: "slow_close", delay: 100 }, "answered", 0],
    [{ type: "limit_data", bytes: 20_000 }, "answered", 0],
  ]),
)("a probe cannot see %j %s, which looks like a healthy link", async (toxic, stream, kind) => {
  await proxy.addToxic("toxic", stream, toxic);
  const seen = await probe(proxy.address, { limitMs: 60_000 });
  await proxy.removeToxic("toxic");
  expect(seen.kind).toBe(kind);
  expect(expectationOf(toxic, stream)).toBeNull();
});

test("a probe cannot see upstream bandwidth or a short delay", () => {
  expect(expectationOf({ type: "bandwidth", rate: 1 }, "upstream")).toBeNull();
  expect(expectationOf({ type: "latency", latency: 5, jitter: 0 }, "upstream")).toBeNull();
  expect(expectationOf({ type: "latency", latency: 100, jitter: 100 }, "upstream")).toBeNull();
});

test("a fault in both directions delays an answer twice and closes a connection once", async () => {
  const seenOf = async (toxic: Toxic): Promise<[Seen, boolean | null]> => {
    const expectation = expectationOf(toxic, "both")!;
    for (const way of ["upstream", "downstream"] as const) await proxy.addToxic(way, way, toxic);
    const seen = await probe(proxy.address, { limitMs: expectation.lookMs });
    for (const way of ["upstream", "downstream"] as const) await proxy.removeToxic(way);
    return [seen, expectation.shows(seen, true)];
  };
  const latency = await seenOf({ type: "latency", latency: 150, jitter: 0 });
  expect(latency).toEqual([expect.objectContaining({ kind: "answered" }), true]);
  expect(timeOf(latency[0])).toBeGreaterThanOrEqual(300);
  expect(await seenOf({ type: "timeout", timeout: 300 })).toEqual([
    expect.objectContaining({ kind: "closed" }),
    true,
  ]);
  expect(await seenOf({ type: "timeout", timeout: 0 })).toEqual([
    expect.objectContaining({ kind: "silence" }),
    true,
  ]);
  expect(await seenOf({ type: "bandwidth", rate: 1 })).toEqual([
    expect.objectContaining({ kind: "answered" }),
    true,
  ]);
});

test("a disabled proxy refuses a probe", async () => {
  const expectation = expectationOf("down", "upstream")!;
  await proxy.disable();
  const seen = await probe(proxy.address, { limitMs: expectation.lookMs });
  await proxy.enable();
  expect(seen.kind).toBe("refused");
  expect(expectation.shows(seen, true)).toBe(true);
  expect(expectation.shows(await probe(proxy.address, { limitMs: 60_000 }), false)).toBe(false);
});

test("a probe that is cut short returns what it has seen so far", async () => {
  const latency = { type: "latency", latency: 5000, jitter: 0 } as const;
  await proxy.addToxic("toxic", "upstream", latency);
  const cut = new AbortController();
  const before = performance.now();
  const probing = probe(proxy.address, { limitMs: 6000, signal: cut.signal });
  const dialled = performance.now();
  await pause(200);
  const [cutAfter, cutBefore] = [performance.now() - dialled, performance.now() - before];
  cut.abort();
  const seen = await probing;
  await proxy.removeToxic("toxic");
  expect(seen).toEqual({ kind: "silence", forMs: expect.any(Number), bytes: 0, cutShort: true });
  // It was cut between these two moments, and measures that to the millisecond.
  expect(timeOf(seen)).toBeGreaterThanOrEqual(cutAfter - 1);
  expect(timeOf(seen)).toBeLessThanOrEqual(cutBefore + 1);
  expect(expectationOf(latency, "upstream")!.shows(seen, true)).toBe(true);
});

test("a short probe and the effect of another fault prove nothing", () => {
  const latency = expectationOf({ type: "latency", latency: 500, jitter: 0 }, "upstream")!;
  expect(latency.shows({ kind: "silence", forMs: 20, bytes: 0, cutShort: true }, true)).toBeNull();
  expect(
    latency.shows({ kind: "silence", forMs: latency.lookMs, bytes: 0, cutShort: false }, true),
  ).toBeNull();
  expect(latency.shows({ kind: "refused", afterMs: 1 }, true)).toBeNull();
  const reset = expectationOf({ type: "reset_peer", timeout: 500 }, "upstream")!;
  expect(reset.shows({ kind: "reset", afterMs: 3, bytes: 0 }, true)).toBeNull();
  expect(reset.shows({ kind: "closed", afterMs: 501, bytes: 0 }, false)).toBeNull();
});

test("a reset rules out a refusal, unless another fault could have caused it", () => {
  const reset: Seen = { kind: "reset", afterMs: 8, bytes: 0 };

  expect(expectationOf("down", "both")!.shows(reset, true)).toBe(false);
  expect(expectationOf("down", "both")!.shows(reset, false)).toBeNull();
});

test("an orderly close rules out a refusal and a reset, unless another fault could have caused it", () => {
  const closed: Seen = { kind: "closed", afterMs: 8, bytes: 0 };
  const faults: (Toxic | "down")[] = ["down", { type: "reset_peer", timeout: 0 }];

  for (const fault of faults) {
    expect(expectationOf(fault, "both")!.shows(closed, true)).toBe(false);
    expect(expectationOf(fault, "both")!.shows(closed, false)).toBeNull();
  }
  for (const fault of [
    { type: "timeout", timeout: 0 } as const,
    { type: "timeout", timeout: 400 } as const,
  ]) {
    expect(expectationOf(fault, "both")!.shows(closed, true)).toBeNull();
  }
});

test("a probe fails when the answer is not Kafka's or the host is unknown", async () => {
  await using web = await openServer((socket) => socket.write("HTTP/1.1 400 Bad Request\r\n\r\n"));
  expect(await probe(web.address, { limitMs: 60_000 })).toMatchObject({
    kind: "failed",
    why: "not an answer from Kafka",
  });
  expect(await probe("no-such-host.invalid:9092", { limitMs: 60_000 })).toMatchObject({
    kind: "failed",
  });
});

describe("with TLS", () => {
  test("a probe completes the handshake through the proxy and sees the same faults", async () => {
    const { pfx, ca } = await certificateOf("broker.test");
    const context = tls.createSecureContext({ pfx, passphrase: "changeit" });
    await using broker = await openServer((socket: net.Socket) => {
      const secured = new tls.TLSSocket(socket, { isServer: true, secureContext: context });
      secured.on("error", () => {});
      answerAsBroker(secured);
    });
    const secure = await toxiproxy.createProxy({
      name: "tls",
      listen: "127.0.0.1:0",
      upstream: broker.address,
    });
    const see = async (limitMs = 60_000) =>
      await probe(secure.address, { limitMs, tls: { ca, servername: "broker.test" } });

    const healthy = await see();
    expect(healthy.kind, textOf(healthy)).toBe("answered");
    const stranger = await probe(secure.address, {
      limitMs: 60_000,
      tls: { ca, servername: "other.test" },
    });
    expect(stranger.kind, textOf(stranger)).toBe("failed");
    for (const [toxic, stream, kind, atLeastMs] of visible.filter(([{ type }]) => type !== "bandwidth")) {
      await secure.addToxic("toxic", stream, toxic);
      const seen = await see(expectationOf(toxic, stream)!.lookMs);
      await secure.removeToxic("toxic");
      expect(seen.kind, `${JSON.stringify(toxic)} ${stream}: ${textOf(seen)}`).toBe(kind);
      expect(timeOf(seen)).toBeGreaterThanOrEqual(atLeastMs);
    }
    await secure.remove();
  });
});

type Row = [Toxic, Seen["kind"], number];

function bothStreams(rows: Row[]): [Toxic, Stream, Seen["kind"], number][] {
  return rows.flatMap(([toxic, kind, ms]) =>
    (["upstream", "downstream"] as const).map((stream): [Toxic, Stream, Seen["kind"], number] => [
      toxic,
      stream,
      kind,
      ms,
    ]),
  );
}

/**
 * Returns the quickest of five looks, because a busy machine may delay some of them, but not all.
 */
async function quickest(look: () => Promise<Seen>): Promise<Seen> {
  const seen: Seen[] = [];
  for (let looks = 0; looks < 5; looks++) seen.push(await look());
  return seen.reduce((one, other) => (timeOf(one) <= timeOf(other) ? one : other));
}

function timeOf(seen: Seen): number {
  return seen.kind === "silence" ? seen.forMs : seen.afterMs;
}

/** Creates a self-signed certificate for one name, with Java's keytool. */
async function certificateOf(name: string): Promise<{ pfx: Buffer; ca: Buffer }> {
  const folder = await mkdtemp(join(tmpdir(), "probe-test-"));
  const store = ["-keystore", join(folder, "key.p12"), "-storepass", "changeit", "-alias", "broker"];
  const tool = join(dirname(await realpath(local.java)), "keytool");
  const keytool = (...args: string[]) => promisify(execFile)(tool, [...args, ...store]);
  const subject = ["-dname", `CN=${name}`, "-ext", `san=dns:${name}`, "-validity", "1"];
  try {
    await keytool(
      "-genkeypair",
      "-keyalg",
      "EC",
      "-groupname",
      "secp256r1",
      "-storetype",
      "PKCS12",
      ...subject,
    );
    await keytool("-exportcert", "-rfc", "-file", join(folder, "ca.pem"));
    return {
      pfx: await readFile(join(folder, "key.p12")),
      ca: await readFile(join(folder, "ca.pem")),
    };
  } finally {
    await rm(folder, { recursive: true });
  }
}
