/**
 * The bare consumer loop against the worker's, over the same topic, both committing before they
 * process and equally often. Each reading has a group, a client and a black box of its own; the
 * readings of both alternate. The clock starts behind the first batch, when the group is joined and
 * the fetches are under way.
 */
import { rmSync } from "node:fs";
import { join } from "node:path";

import { within } from "../src/base/wait.js";
import type { ConsumerClient, ConsumerOptions } from "../src/kafka/driver.js";
import { kafkajsDriver } from "../src/kafka/kafkajs/driver.js";
import { createBox, openBox } from "../src/ledger/box/black-box.js";
import type { BoxDescription } from "../src/ledger/box/format.js";
import { openEvents } from "../src/ledger/record/events.js";
import { Consumer } from "../src/worker/consumer/consumer.js";
import type { ConsumerOrder } from "../src/worker/order.js";
import { apiKeyOf, socketRecorder } from "../src/worker/sockets.js";
import { type Around, startBareConsumer } from "./bare-consumer.js";
import { answer, type Place } from "./child.js";
import { linkTo } from "./direct-link.js";
import { type Cost, measure } from "./meter.js";

export interface ConsumerBench extends Place {
  topic: string;
  runId: string;
  /** Messages in the topic, numbered from 0, in one partition. */
  messages: number;
  commitEvery: number;
  pairs: number;
}

export interface ConsumerCosts {
  bare: Cost[];
  ours: Cost[];
}

const warmUpPairs = 2;
const readingLimitMs = 60_000;
const sessionTimeout = 10_000;

await answer(async (order: ConsumerBench): Promise<ConsumerCosts> => {
  const costs: ConsumerCosts = { bare: [], ours: [] };
  for (let pair = -warmUpPairs; pair < order.pairs; pair++) {
    const first = pair % 2 === 0 ? await readBare(order, pair) : await readOurs(order, pair);
    const second = pair % 2 === 0 ? await readOurs(order, pair) : await readBare(order, pair);
    if (pair < 0) continue;
    costs.bare.push(pair % 2 === 0 ? first : second);
    costs.ours.push(pair % 2 === 0 ? second : first);
  }
  return costs;
});

async function readBare(order: ConsumerBench, pair: number): Promise<Cost> {
  const { around, read } = clockOf(order.messages);
  const options = { ...optionsOf(order, `bare-${pair}`), commitEvery: order.commitEvery };
  const client = await startBareConsumer(order, options, around);
  const cost = await within("the bare consumer to read the topic", read, readingLimitMs);
  await client.stop();
  return cost;
}

async function readOurs(order: ConsumerBench, pair: number): Promise<Cost> {
  const { topic, runId, messages, commitEvery, folder, bootstrap } = order;
  const description: BoxDescription & { kind: "consumer" } = {
    format: 2,
    kind: "consumer",
    runId,
    worker: 0,
    life: 0,
    bits: Math.ceil(messages / 32) * 32,
    firstNumber: 0,
    ticks: 0,
    requests: 0,
    sends: 0,
  };
  const path = join(folder, `consumer-${commitEvery}-${pair}.box`);
  createBox(path, description);
  const box = openBox(path, description, "write");
  const write = openEvents(join(folder, "events.ndjson"), "bench");
  const { around, read } = clockOf(messages);
  const options = optionsOf(order, `ours-${pair}`);
  const link = linkTo(
    bootstrap,
    socketRecorder(box, write, { expectsAnswer: (request) => apiKeyOf(request) !== -1 }),
  );
  const client = kafkajsDriver.consumer(link, options);
  const life: ConsumerOrder = {
    role: "consumer",
    runId,
    topic,
    partitions: 1,
    clientId: link.clientId,
    bootstrap,
    routes: [],
    secured: false,
    box: { path, description },
    events: "",
    traceRequests: false,
    groupId: options.groupId,
    guarantee: "at-most-once",
    settings: {
      count: 1,
      commitEvery,
      handle: 0,
      reset: options.reset,
      sessionTimeout,
      partitionsConsumedConcurrently: options.concurrency,
      retries: 5,
      metadataMaxAge: 300_000,
      requestTimeout: 30_000,
    },
    layout: { bases: [0], messages: [messages] },
    commanded: false,
  };
  const crashed = new Promise<never>((_, reject) => {
    const clients = {
      group: timed(client, around),
      transactional: (id: string) =>
        kafkajsDriver.transactional(link, { id, timeoutMs: 10_000, requestTimeoutMs: 30_000 }),
    };
    const consumer = new Consumer(life, clients, box, write);
    void client
      .connect()
      .then(() => consumer.start(reject))
      .catch(reject);
  });
  const cost = await within("our consumer to read the topic", Promise.race([read, crashed]), readingLimitMs);
  await client.stop();
  if (box.planes.ended.count !== messages || box.planes.covered.count !== messages) {
    throw new Error(`${box.planes.ended.count} of ${messages} messages were processed`);
  }
  // Deleted, but mapped to the end: a socket that closes late still writes that down.
  rmSync(path);
  return cost;
}

function optionsOf(order: ConsumerBench, who: string): ConsumerOptions {
  return {
    topic: order.topic,
    groupId: `${order.topic}-${order.commitEvery}-${who}`,
    reset: "earliest",
    sessionTimeoutMs: sessionTimeout,
    concurrency: 1,
    retries: 5,
    metadataMaxAgeMs: 300_000,
    requestTimeoutMs: 30_000,
  };
}

/** The worker's client, with the clock around each batch as the bare loop has it. */
function timed(client: ConsumerClient, around: Around): ConsumerClient {
  return {
    start: (handlers) =>
      client.start({
        ...handlers,
        onBatch: (batch) => around(batch.count, () => handlers.onBatch(batch)),
      }),
    connect: () => client.connect(),
    position: (partition) => client.position(partition),
    stop: () => client.stop(),
  };
}

/** Measures from the end of the first batch to the end of the last. */
function clockOf(messages: number): { around: Around; read: Promise<Cost> } {
  let seen = 0;
  let first = 0;
  let done: ReturnType<typeof measure> | undefined;
  let finish: (cost: Cost) => void = () => {};
  const read = new Promise<Cost>((resolve) => (finish = resolve));
  const around: Around = async (count, work) => {
    await work();
    seen += count;
    if (done === undefined) {
      first = count;
      done = measure();
    } else if (seen >= messages) {
      finish(done(seen - first));
    }
  };
  return { around, read };
}
