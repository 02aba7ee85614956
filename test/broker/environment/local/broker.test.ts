import { connect } from "node:net";

import { afterAll, beforeAll, expect, test } from "vitest";

import { waitUntil } from "../../../../src/base/wait.js";
import type { LocalBroker } from "../../../../src/environment/local/broker.js";
import { openLocal, type LocalEnvironment } from "../../../../src/environment/local/local.js";
import { probe } from "../../../../src/environment/links/probe.js";
import { dialDirectly } from "../../../../src/kafka/dial/dial.js";
import type { AdminClient, Connection } from "../../../../src/kafka/driver.js";
import { kafkajsDriver } from "../../../../src/kafka/kafkajs/driver.js";
import { askForLeaders } from "../../../../src/kafka/leaders.js";
import type { PartitionLeadership } from "../../../../src/kafka/driver.js";

const mark = "0a1b2c3d";
const topic = `lossbound-brokers-${mark}`;
const ours = { clients: `lossbound-${mark}-`, topic };
const anothers = { clients: "lossbound-another0-", topic: `${topic}-output` };
const soon = { limitMs: 60_000, everyMs: 10 };
const once = { retries: 0, idempotent: false, metadataMaxAgeMs: 300_000, requestTimeoutMs: 30_000 };

let local: LocalEnvironment;
let connection: Connection;
let admin: AdminClient;

beforeAll(async () => {
  const config = { "log.cleaner.enable": "false" };
  local = await openLocal({ brokers: { count: 3, config }, progress: () => {} });
  connection = {
    clientId: `lossbound-${mark}-producer-0-0`,
    bootstrap: local.bootstrap,
    dial: dialDirectly(undefined),
    security: undefined,
  };
  admin = kafkajsDriver.admin(connection);
  await admin.connect();
  await admin.createTopic(topic, { partitions: 1, replicationFactor: 3 });
  await waitUntil("all replicas to be in sync", async () => (await leadership()).isr.length === 3, soon);
}, 300_000);
afterAll(async () => {
  await admin[Symbol.asyncDispose]();
  await local[Symbol.asyncDispose]();
});

test("a paused broker accepts connections but does not answer until it is resumed", async () => {
  const [broker] = local.brokers;
  await broker!.pause();
  expect((await probe(broker!.address, { limitMs: 300 })).kind).toBe("silence");

  await broker!.resume();
  expect((await probe(broker!.address, { limitMs: 60_000 })).kind).toBe("answered");
  expect(local.died.aborted).toBe(false);
});

test("topicSettings tells which settings belong to the topic itself", async () => {
  const settings = async (): Promise<Record<string, string>> =>
    Object.fromEntries(
      [...(await admin.topicSettings(topic))].flatMap(([name, { value, own }]) =>
        own ? [[name, value]] : [],
      ),
    );
  const given = { "retention.ms": "60000", "max.message.bytes": "2000000" };
  await admin.configureTopic(topic, given);
  await waitUntil("the settings", async () => Object.keys((await settings()) as object).length === 2, soon);
  expect(await settings()).toEqual(given);

  await admin.configureTopic(topic, {});
  await waitUntil("no settings", async () => Object.keys((await settings()) as object).length === 0, soon);
});

test("leaders answers while a broker is paused", async () => {
  const [broker] = local.brokers;
  await broker!.pause();
  const tookMs: number[] = [];
  for (let asked = 0; asked < 5; asked++) {
    const began = performance.now();
    const [partition] = await admin.leaders(topic);
    expect(partition?.replicas.toSorted()).toEqual([0, 1, 2]);
    tookMs.push(performance.now() - began);
  }
  // The call does not wait for the paused broker, whose limit is one second. A busy machine may
  // delay some answers, but not all of them.
  expect(Math.min(...tookMs), String(tookMs)).toBeLessThan(900);
  await broker!.resume();
});

test("leaders fails for a topic that does not exist", async () => {
  await expect(admin.leaders("not-there")).rejects.toMatchObject({
    code: "ENVIRONMENT",
    message: expect.stringContaining("cannot find the leaders of not-there: error 3"),
  });
});

test("a killed leader gets a successor, and is in sync again after its restart", async () => {
  const leader = await leaderNow();
  await leader.kill();
  expect(await refuses(leader)).toBe(true);
  const led = async () => (await leadership(leader)).leader !== leader.id;
  await waitUntil("another leader", led, soon);
  expect((await leadership(leader)).leader).not.toBeNull();

  await leader.start();
  expect((await probe(leader.address, { limitMs: 60_000 })).kind).toBe("answered");
  await inSync();
  expect(local.died.aborted).toBe(false);
});

test("a broker that is stopped hands its partitions over before it exits", async () => {
  const leader = await leaderNow();
  await leader.stop();
  expect(leader.process.end).toEqual({ code: 143, signal: null });
  expect((await leadership(leader)).leader).not.toBe(leader.id);
  await leader.start();
  await inSync();
  expect(local.died.aborted).toBe(false);
});

test("a partition whose only replica is on a dead broker has no leader", async () => {
  const single = `single-${mark}`;
  await admin.createTopic(single, { partitions: 1, replicationFactor: 1 });
  const [partition] = await admin.leaders(single);
  const leader = brokerOf(partition!.leader!);
  await leader.kill();
  const leaderless = async () => (await admin.leaders(single, leader.address))[0]?.leader === null;
  await waitUntil("no leader", leaderless, soon);
  await leader.start();
});

test("a broker whose start is cancelled is dead, and can be started again", async () => {
  const [broker] = local.brokers;
  await broker!.kill();
  const given = new AbortController();
  const starting = broker!.start(given.signal);
  given.abort(new Error("interrupted"));
  await expect(starting).rejects.toThrow("interrupted");
  expect((await probe(broker!.address, { limitMs: 300 })).kind).toBe("refused");

  await broker!.start();
  expect((await probe(broker!.address, { limitMs: 60_000 })).kind).toBe("answered");
  expect(local.died.aborted).toBe(false);
});

test("createTopic waits until every broker knows the topic", async () => {
  const known = `known-${mark}`;
  const others = `other-${mark}`;
  let asked = 0;
  // The first two requests ask for an unknown topic instead, which simulates brokers that are late.
  const dial: Connection["dial"] = (to) => {
    const socket = connection.dial(to);
    const write = socket.write.bind(socket) as (bytes: Uint8Array) => boolean;
    return Object.assign(socket, {
      write: (bytes: Buffer) => {
        const at = isOurQuestion(bytes) ? bytes.indexOf(known) : -1;
        if (at < 0 || ++asked > 2) return write(bytes);
        const altered = Buffer.from(bytes);
        altered.write(others, at);
        return write(altered);
      },
    });
  };
  await using late = kafkajsDriver.admin({ ...connection, dial });
  await late.connect();
  await late.createTopic(known, { partitions: 3, replicationFactor: 3 });
  // The brokers that were late have been asked again.
  expect(asked).toBeGreaterThan(local.brokers.length);
  for (const { address } of local.brokers) {
    const leaders = await askForLeaders(connection, [address], known);
    expect(leaders.map(({ leader }) => leader)).not.toContain(null);
  }
});

test("a call that does not fit the state of a broker causes a HARNESS error", async () => {
  const [broker] = local.brokers;
  await expect(broker!.start()).rejects.toMatchObject({ code: "HARNESS" });
  await broker!.kill();
  for (const call of [broker!.kill, broker!.pause, broker!.resume, broker!.stop]) {
    await expect(call()).rejects.toMatchObject({ code: "HARNESS" });
  }
  await broker!.start();
  await inSync();
});

/** A leader answers a pending fetch within this time, even on a busy machine. */
const answersWithinMs = 1_000;

test("the log of a broker shows that it truncated acknowledged records", async () => {
  const leader = await leaderNow();
  const followers = local.brokers.filter((broker) => broker !== leader);
  const [before] = await admin.logEnds(topic);
  const producer = kafkajsDriver.producer(connection, { ...once, acks: 1 });
  await producer.connect();
  const acknowledged = () => producer.send(topic, [{ value: Buffer.alloc(100), partition: 0 }]);
  await acknowledged();
  const copied = async () => (await admin.logEnds(topic))[0]!.end === before!.end + 1;
  await waitUntil("the first record to be on all brokers", copied, soon);
  await Promise.all(followers.map((broker) => broker.pause()));
  // The leader may answer a fetch from before the pause with the first of these records. Continue
  // long enough for a slow leader.
  const until = Date.now() + answersWithinMs;
  let count = 0;
  for (; count < 2 || Date.now() < until; count++) await acknowledged();
  await leader.kill();
  await producer.disconnect();
  await Promise.all(followers.map((broker) => broker.resume()));
  await waitUntil("another leader", async () => (await leadership(leader)).leader !== leader.id, soon);
  await leader.start();
  await inSync();

  // A follower may also truncate a record, if its own last fetch got it but the other follower's
  // did not.
  const cuts = (await local.brokerLog.told(ours)).truncations;
  const cut = cuts.findLast(({ broker }) => broker === leader.id);
  expect(cut).toMatchObject({ partition: 0, at: expect.any(Number) });
  expect(cut!.offset).toBeGreaterThanOrEqual(before!.end + 1);
  expect(cut!.offset, "the last of them never left the leader").toBeLessThan(before!.end + 1 + count);
  expect((await local.brokerLog.told(anothers)).truncations).toEqual([]);
});

test("the log of a broker shows a refused request with its client and correlation id", async () => {
  const earlier = (await local.brokerLog.told(ours)).refusals.length;
  const before = Date.now();
  const producer = kafkajsDriver.producer(connection, { ...once, acks: 0 });
  await producer.connect();
  await producer.send(topic, [{ value: Buffer.alloc(2_000_000), partition: 0 }]);
  await producer.disconnect();
  const leader = await leaderNow();
  const refusals = async () => (await local.brokerLog.told(ours)).refusals.slice(earlier);
  const [refused] = await waitUntil(
    "the refusal",
    async () => ((await refusals()).length ? refusals() : undefined),
    soon,
  );
  expect(refused).toEqual({
    broker: leader.id,
    clientId: connection.clientId,
    correlationId: expect.any(Number),
    at: expect.any(Number),
  });
  expect(refused!.at).toBeGreaterThan(before - 1000);
  expect((await local.brokerLog.told(anothers)).refusals).toEqual([]);
});

test("a broker that exits unexpectedly aborts the environment with an error", async () => {
  const [broker] = local.brokers;
  process.kill(broker!.process.pid, "SIGKILL");
  await waitUntil("the environment to notice", () => local.died.aborted, soon);
  expect(local.died.reason).toMatchObject({
    code: "ENVIRONMENT",
    message: expect.stringMatching(/^broker 0 at \S+ exited during the run \(SIGKILL\)$/),
  });
});

async function leadership(without?: LocalBroker): Promise<PartitionLeadership> {
  return (await admin.leaders(topic, without?.address))[0]!;
}

async function leaderNow(): Promise<LocalBroker> {
  return brokerOf((await leadership()).leader!);
}

function brokerOf(id: number): LocalBroker {
  return local.brokers.find((broker) => broker.id === id)!;
}

async function inSync(): Promise<void> {
  await waitUntil("all replicas to be in sync", async () => (await leadership()).isr.length === 3, soon);
}

function refuses({ address }: LocalBroker): Promise<boolean> {
  const [host, port] = address.split(":");
  return new Promise((resolve) => {
    const socket = connect({ host: host!, port: Number(port) });
    socket.once("connect", () => (socket.destroy(), resolve(false)));
    socket.once("error", () => resolve(true));
  });
}

/**
 * Whether it is lossbound's own metadata request, which has version 4; kafkajs uses a later one.
 */
function isOurQuestion(bytes: Uint8Array): boolean {
  return Buffer.from(bytes.subarray(4, 8)).equals(Buffer.from([0, 3, 0, 4]));
}
