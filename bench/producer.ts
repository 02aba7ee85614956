/**
 * The bare loop against the loop of the worker, on one connection of one kafkajs client: slices of
 * both alternate, so whatever else the machine does meets both alike.
 *
 * Bare is what nobody can do with less: records that were made once, given to the client again and
 * again, on a socket without a hook. Ours is the worker's own sender: it makes each value with its
 * header, moves the number, marks each outcome, and the recorder sees every write and its callback, and
 * marks each message that is handed to the kernel.
 */
import type { Socket } from "node:net";
import { join } from "node:path";
import { setImmediate as yieldToSockets } from "node:timers/promises";

import { kafkajsDriver } from "../src/kafka/kafkajs/driver.js";
import { createBox, openBox } from "../src/ledger/box/black-box.js";
import type { BoxDescription } from "../src/ledger/box/format.js";
import { openEvents } from "../src/ledger/record/events.js";
import { handedRecorder } from "../src/worker/producer/handed.js";
import { openSender } from "../src/worker/producer/sender.js";
import { expectsAnswerUnless, socketRecorder } from "../src/worker/sockets.js";
import { answer, type Place } from "./child.js";
import { hookOf, linkTo } from "./direct-link.js";
import { type Cost, measure } from "./meter.js";
import { producerOptions, senderOrder } from "./settings.js";

export interface ProducerBench extends Place {
  topic: string;
  runId: string;
  /** Messages a send. */
  batch: number;
  /** Bytes a message. */
  size: number;
  pairs: number;
  sliceMs: number;
}

export interface ProducerCosts {
  bare: Cost[];
  ours: Cost[];
  /** Most bytes that waited in the process when a slice was over. */
  waitingMax: number;
}

/** Until the compiler has seen both loops. */
const warmUpPairs = 10;
const messagesPerSecondMax = 1_000_000;
/** As much room for rows of requests as a run has at most. */
const requestsMax = 131_072;

await answer(async (order: ProducerBench): Promise<ProducerCosts> => {
  const { topic, runId, batch, size, pairs, sliceMs } = order;
  const numbers = Math.ceil(((pairs + warmUpPairs) * sliceMs * messagesPerSecondMax) / 1000);
  const description: BoxDescription & { kind: "producer" } = {
    format: 2,
    kind: "producer",
    runId,
    worker: 0,
    life: 0,
    bits: numbers,
    firstNumber: 0,
    ticks: 0,
    requests: requestsMax,
    sends: requestsMax,
  };
  const path = join(order.folder, `producer-${batch}.box`);
  createBox(path, description);
  // Mapped to the end of this process: a socket that closes late still writes that down.
  const box = openBox(path, description, "write");
  const write = openEvents(join(order.folder, "events.ndjson"), "bench");

  const sockets: Socket[] = [];
  const recorder = socketRecorder(box, write, {
    expectsAnswer: expectsAnswerUnless(0),
    onProduce: handedRecorder({ runId, partitions: 1 }, box),
  });
  const link = linkTo(order.bootstrap, recorder, (socket) => sockets.push(socket));
  const client = kafkajsDriver.producer(link, { ...producerOptions, acks: 0 });
  await client.connect();
  const sender = openSender(senderOrder({ topic, runId, size }), box, client);
  await sender.send(batch);
  const open = sockets.filter(({ destroyed }) => !destroyed);
  const [socket] = open;
  if (socket === undefined || open.length !== 1)
    throw new Error(`${open.length} connections are open, 1 was expected`);
  const hook = hookOf(socket);
  let waitingMax = 0;

  const slice = async (send: () => Promise<unknown>): Promise<Cost> => {
    const done = measure();
    const until = performance.now() + sliceMs;
    let messages = 0;
    while (performance.now() < until) {
      await send();
      messages += batch;
      await yieldToSockets();
    }
    waitingMax = Math.max(waitingMax, socket.writableLength);
    while (socket.writableLength > 0) await yieldToSockets();
    return done(messages);
  };

  const records = Array.from({ length: batch }, () => ({
    value: Buffer.alloc(size, "."),
    partition: 0,
  }));
  const bareSlice = async (): Promise<Cost> => {
    hook.off();
    return await slice(() => client.send(topic, records));
  };
  const ourSlice = async (): Promise<Cost> => {
    hook.on();
    return await slice(() => sender.send(sender.next + batch));
  };

  const costs: ProducerCosts = { bare: [], ours: [], waitingMax: 0 };
  for (let pair = -warmUpPairs; pair < pairs; pair++) {
    // Who is first changes from pair to pair: neither always follows the other.
    const first = pair % 2 === 0 ? await bareSlice() : await ourSlice();
    const second = pair % 2 === 0 ? await ourSlice() : await bareSlice();
    if (pair < 0) continue;
    costs.bare.push(pair % 2 === 0 ? first : second);
    costs.ours.push(pair % 2 === 0 ? second : first);
  }
  hook.on();
  await client.disconnect();
  return { ...costs, waitingMax };
});
