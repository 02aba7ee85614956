import { once } from "node:events";
import net from "node:net";

import { afterAll, beforeAll, expect, onTestFinished, test } from "vitest";

import { waitUntil } from "../../../../src/base/wait.js";
import {
  type BrokerEvent,
  type LinkedBroker,
  type Links,
  openLinks,
} from "../../../../src/environment/links/links.js";
import type { Link } from "../../../../src/environment/links/link.js";
import { openLocal, type LocalEnvironment } from "../../../../src/environment/local/local.js";
import { probe } from "../../../../src/environment/links/probe.js";
import { connectToxiproxy, type Toxiproxy } from "../../../../src/environment/links/toxiproxy.js";
import { openRelay } from "../servers.js";

let local: LocalEnvironment;
let toxiproxy: Toxiproxy;
let broker: string;

beforeAll(async () => {
  local = await openLocal({ brokers: { count: 1 }, progress: () => {} });
  toxiproxy = await connectToxiproxy(local.toxiproxy);
  broker = local.bootstrap[0]!;
}, 300_000);
afterAll(async () => await local[Symbol.asyncDispose]());

const blackHole = { toxic: { type: "timeout", timeout: 0 }, stream: "upstream" } as const;
const slow = { toxic: { type: "latency", latency: 100, jitter: 0 }, stream: "upstream" } as const;
const down = { toxic: "down", stream: "upstream" } as const;

test("openLinks creates a proxy per link and broker, and deletes them when disposed", async () => {
  await using relay = await openRelay(broker);
  const foreign = await toxiproxy.createProxy({
    name: "foreign",
    listen: "127.0.0.1:0",
    upstream: broker,
  });
  const links = await open([at(1, broker), at(2, relay.address)]);
  const routes = [...links.producer.routes, ...links.consumer.routes];
  expect(routes.map((route) => route.broker)).toEqual([broker, relay.address, broker, relay.address]);
  expect(new Set(routes.map((route) => route.proxy)).size).toBe(4);
  expect(await proxies()).toContain(`lossbound-${run}-consumer-2`);

  await links[Symbol.asyncDispose]();
  expect(await proxies()).toEqual(["foreign"]);
  await foreign.remove();
});

test("a fault affects its own link only, and its evidence describes what probes saw", async () => {
  const links = await open([at(1, broker)]);
  const before = performance.now();
  const fault = await links.producer.apply(blackHole, "hole");
  expect(await seenOn(links.consumer)).toBe("answered");
  const { seen, inForce } = await fault.evidence;
  expect(inForce).toBe(true);
  expectTimes(seen, /^silence for (\d+) ms$/, { atLeastMs: 299, within: performance.now() - before });

  const healed = await fault.heal();
  expect(healed.removal).toBe("removed");
  expect(await healed.healthy).toBe(true);
  expect(await seenOn(links.producer)).toBe("answered");
});

test("a fault reports the bounds of the moments at which it was applied and healed", async () => {
  const links = await open([at(1, broker)]);
  const before = clock();
  const fault = await links.producer.apply(slow, "slow");
  const during = clock();
  const healed = await fault.heal();
  const moments = [
    before,
    fault.applied.from,
    fault.applied.to,
    during,
    healed.healed.from,
    healed.healed.to,
    clock(),
  ];
  expect(moments).toEqual(moments.toSorted((one, other) => one - other));
});

test("apply resolves before the probes of a fault have finished", async () => {
  const links = await open([at(1, broker)]);
  const fault = await links.producer.apply(slow, "slow");
  expect(await Promise.race([fault.evidence, "pending"])).toBe("pending");
  expect(await fault.evidence).toMatchObject({ inForce: true });
  await fault.heal();
});

test("heal does not wait for the probe of a fault to finish", async () => {
  const links = await open([at(1, broker)]);
  const fault = await links.producer.apply(
    { toxic: { type: "latency", latency: 5000, jitter: 0 }, stream: "downstream" },
    "slow",
  );
  await waitUntil("150 ms of the fault", () => clock() > fault.applied.to + 150, {
    limitMs: 60_000,
    everyMs: 5,
  });
  const healed = await fault.heal();
  // Its probe would have been answered only after that.
  expect(healed.healed.to - fault.applied.to).toBeLessThan(5000);
  expect(await fault.evidence).toEqual({
    seen: expect.stringMatching(/^silence for \d+ ms$/),
    inForce: true,
  });
  expect(await healed.healthy).toBe(true);
  expect(await (await fault.heal()).healthy).toBe(true);
});

test("two faults on one link are healed separately and not mistaken for each other", async () => {
  const links = await open([at(1, broker)]);
  const first = await links.producer.apply(slow, "slow");
  expect(await first.evidence).toMatchObject({ inForce: true });
  const second = await links.producer.apply(blackHole, "hole");
  expect(await second.evidence).toMatchObject({ inForce: true });

  const firstHealed = await first.heal();
  expect(await seenOn(links.producer, 0, 300)).toBe("silence");
  expect(await firstHealed.healthy).toBeNull();
  const secondHealed = await second.heal();
  expect(await secondHealed.healthy).toBe(true);
});

test("two overlapping down faults end with the second one", async () => {
  const links = await open([at(1, broker)]);
  const first = await links.producer.apply(down, "down-1");
  const second = await links.producer.apply(down, "down-2");
  expect(await first.evidence).toEqual({ seen: "refused", inForce: true });
  expect(await second.evidence).toEqual({ seen: "refused", inForce: true });

  const firstHealed = await first.heal();
  expect(await seenOn(links.producer)).toBe("refused");
  expect(await firstHealed.healthy).toBeNull();
  const secondHealed = await second.heal();
  expect(await secondHealed.healthy).toBe(true);
  expect(await seenOn(links.producer)).toBe("answered");
});

test("a fault that one proxy rejects is removed from all, and can be applied again", async () => {
  await using relay = await openRelay(broker);
  const links = await open([at(1, broker), at(2, relay.address)]);
  const lame = `${local.toxiproxy}/proxies/lossbound-${run}-producer-2`;
  const toxic = { name: "slow-upstream", type: "slow_close", attributes: { delay: 1 } };
  await fetch(`${lame}/toxics`, { method: "POST", body: JSON.stringify(toxic) });

  await expect(links.producer.apply(slow, "slow")).rejects.toThrow(/producer-2.*slow.*/);
  expect(await toxicsOf(1)).toEqual([]);
  await fetch(`${lame}/toxics/slow-upstream`, { method: "DELETE" });

  const before = performance.now();
  const fault = await links.producer.apply(slow, "slow");
  const { seen, inForce } = await fault.evidence;
  expect(inForce).toBe(true);
  const both = /^127\S+: an answer after (\d+) ms; 127\S+: an answer after (\d+) ms$/;
  expectTimes(seen, both, { atLeastMs: 100, within: performance.now() - before });
  expect(await (await fault.heal()).healthy).toBe(true);
});

test("a fault on the link to one broker does not affect the links to other brokers", async () => {
  await using relay = await openRelay(broker);
  const links = await open([at(1, broker), at(2, relay.address)]);
  const before = performance.now();
  const fault = await links.producer.apply({ ...blackHole, broker: relay.address }, "hole");
  expect(await seenOn(links.producer, 0)).toBe("answered");
  expect(await seenOn(links.producer, 1, 300)).toBe("silence");
  expect(await seenOn(links.consumer, 1)).toBe("answered");
  const { seen, inForce } = await fault.evidence;
  expect(inForce).toBe(true);
  expectTimes(seen, /^silence for (\d+) ms$/, { atLeastMs: 299, within: performance.now() - before });
  expect(await (await fault.heal()).healthy).toBe(true);
  expect(await seenOn(links.producer, 1)).toBe("answered");
  const nowhere = { ...blackHole, broker: "127.0.0.1:1" };
  await expect(links.producer.apply(nowhere, "nowhere")).rejects.toMatchObject({ code: "HARNESS" });
});

test("a fault in both directions adds a toxic for each, and removes both when healed", async () => {
  const links = await open([at(1, broker)]);
  const before = performance.now();
  const fault = await links.producer.apply({ ...slow, stream: "both" }, "slow");
  expect(await toxicsOf(1)).toMatchObject([
    { name: "slow-upstream", stream: "upstream" },
    { name: "slow-downstream", stream: "downstream" },
  ]);
  // 100 ms in each direction: one direction alone would not suffice.
  const { seen, inForce } = await fault.evidence;
  expect(inForce).toBe(true);
  expectTimes(seen, /^an answer after (\d+) ms$/, { atLeastMs: 200, within: performance.now() - before });
  expect(await (await fault.heal()).healthy).toBe(true);
  expect(await toxicsOf(1)).toEqual([]);
});

test("the evidence of a fault that probes cannot see is null", async () => {
  const links = await open([at(1, broker)]);
  const fault = await links.consumer.apply(
    { toxic: { type: "limit_data", bytes: 20_000 }, stream: "upstream" },
    "cut",
  );
  expect(await fault.evidence).toEqual({ seen: null, inForce: null });
  expect(await (await fault.heal()).healthy).toBe(true);
});

test("the proxies of a broker that dies by itself refuse until it answers again", async () => {
  await using relay = await openRelay(broker);
  const links = await open([at(1, relay.address)]);
  const control = await toxiproxy.createProxy({ name: "control", listen: "127.0.0.1:0", upstream: broker });
  const delays: number[] = [];
  for (let death = 1; death <= 5; death++) {
    // A connection of the test, and a proxy that is shut when it ends: they measure the delay of
    // the machine.
    const own = net.connect(relay.port, "127.0.0.1").on("error", () => {});
    await once(own, "connect");
    const closed = new Promise<void>((resolve) => own.once("close", () => resolve()));
    const shutByUs = closed.then(() => control.disable()).then(() => clock());
    await relay.kill();
    const { at: shut } = await heardOf("refuses");
    delays.push(shut - (await shutByUs));
    await control.enable();
    expect(await seenOn(links.producer)).toBe("refused");
    expect(await seenOn(links.consumer)).toBe("refused");

    await relay.listen();
    await heardOf("answers");
    expect(await seenOn(links.producer)).toBe("answered");
    expect(await seenOn(links.consumer)).toBe("answered");
  }
  expect(events.map(({ kind }) => kind)).toEqual(
    Array.from({ length: 5 }, () => ["refuses", "answers"]).flat(),
  );
  await control.remove();
  // Polling every 200 ms would be 100 ms late on average; an open connection notices sooner.
  expect(delays.toSorted((one, other) => one - other)[2], String(delays)).toBeLessThan(60);
});

test("the return of a broker does not end a down fault, nor the end of a down fault open a dead broker", async () => {
  await using relay = await openRelay(broker);
  const links = await open([at(1, relay.address)]);
  const first = await links.producer.apply(down, "down");
  await relay.kill();
  await heardOf("refuses");
  await relay.listen();
  await heardOf("answers");
  expect(await seenOn(links.producer)).toBe("refused");
  expect(await seenOn(links.consumer)).toBe("answered");

  await relay.kill();
  await heardOf("refuses");
  const healed = await first.heal();
  expect(await healed.healthy).toBeNull();
  expect(await seenOn(links.producer)).toBe("refused");
});

test("brokerDown shuts the proxies of a broker, and brokerUp reopens them", async () => {
  await using relay = await openRelay(broker);
  const links = await open([at(1, broker), at(2, relay.address)]);
  await links.brokerDown(relay.address);
  expect(await seenOn(links.producer, 1)).toBe("refused");
  expect(await seenOn(links.consumer, 1)).toBe("refused");
  expect(await seenOn(links.producer, 0)).toBe("answered");

  const fault = await links.producer.apply(slow, "slow");
  expect(await fault.evidence).toMatchObject({
    seen: expect.stringContaining("shut"),
    inForce: null,
  });
  expect(await (await fault.heal()).healthy).toBeNull();

  await links.brokerUp(relay.address);
  expect(await seenOn(links.producer, 1)).toBe("answered");
  await expect(links.brokerDown("127.0.0.1:1")).rejects.toMatchObject({ code: "HARNESS" });
});

test("brokerUp reopens the proxies of a killed broker only once it answers", async () => {
  await using relay = await openRelay(broker);
  const links = await open([at(1, relay.address)]);
  await relay.kill();
  await links.brokerDown(relay.address);
  await heardOf("refuses");
  await expect(links.brokerUp(relay.address)).rejects.toMatchObject({
    code: "DEADLINE",
    message: expect.stringContaining(`broker ${relay.address} to accept connections again`),
  });
  expect(await seenOn(links.producer)).toBe("refused");

  await relay.listen();
  await heardOf("answers");
  expect(await seenOn(links.producer)).toBe("answered");
  await links.brokerUp(relay.address);
});

test("openLinks fails with the last observation and leaves no proxies if a broker is unreachable", async () => {
  const relay = await openRelay(broker);
  await relay.kill();
  await expect(open([at(1, broker), at(2, relay.address)])).rejects.toMatchObject({
    code: "DEADLINE",
    message: expect.stringContaining(`broker ${relay.address} to answer through its proxy`),
    detail: expect.stringMatching(/the last probe saw: (closed|reset)/),
  });
  expect(await proxies()).toEqual([]);
});

const run = "links-test";
const clock = Date.now;
let events: BrokerEvent[] = [];

/** Opens links that are disposed when the test ends. */
async function open(brokers: LinkedBroker[]): Promise<Links> {
  events = [];
  const links = await openLinks({
    toxiproxy,
    brokers,
    proxyHost: local.proxyHost,
    runId: run,
    clock,
    onBroker: (event) => events.push(event),
  });
  let disposed: Promise<void> | undefined;
  const dispose = () => (disposed ??= Promise.resolve(links[Symbol.asyncDispose]()));
  onTestFinished(dispose);
  return { ...links, [Symbol.asyncDispose]: dispose };
}

function at(id: number, address: string): LinkedBroker {
  return { id, address, upstream: address };
}

/**
 * Probes a link. The limit is long for answers on a busy machine; a short one suffices for silence.
 */
async function seenOn(link: Link, index = 0, limitMs = 60_000): Promise<string> {
  return (await probe(link.routes[index]!.proxy, { limitMs })).kind;
}

/** Waits until the last event of a broker is of this kind. */
async function heardOf(kind: "refuses" | "answers"): Promise<{ at: number }> {
  const look = () => {
    const last = events.at(-1);
    return last?.kind === kind && last;
  };
  return await waitUntil(`a broker that ${kind}`, look, { limitMs: 60_000, everyMs: 5 });
}

/**
 * Checks the form of the observation and that each of its times is between `atLeastMs` and
 * `within`.
 */
function expectTimes(
  seen: string | null,
  form: RegExp,
  { atLeastMs, within }: { atLeastMs: number; within: number },
): void {
  expect(seen).toMatch(form);
  for (const ms of form.exec(seen!)!.slice(1).map(Number)) {
    expect(ms).toBeGreaterThanOrEqual(atLeastMs);
    expect(ms).toBeLessThanOrEqual(Math.ceil(within));
  }
}

async function proxies(): Promise<string[]> {
  return Object.keys((await (await fetch(`${local.toxiproxy}/proxies`)).json()) as object);
}

async function toxicsOf(id: number): Promise<unknown> {
  const proxy = await fetch(`${local.toxiproxy}/proxies/lossbound-${run}-producer-${id}`);
  return ((await proxy.json()) as { toxics: unknown }).toxics;
}
