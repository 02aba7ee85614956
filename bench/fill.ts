/** Fills a topic with one run's messages, numbered from 0, for the consumers to read. */
import { join } from "node:path";
import { setImmediate as yieldToSockets } from "node:timers/promises";

import { waitUntil } from "../src/base/wait.js";
import { kafkajsDriver } from "../src/kafka/kafkajs/driver.js";
import { createBox, openBox } from "../src/ledger/box/black-box.js";
import type { BoxDescription } from "../src/ledger/box/format.js";
import { openEvents } from "../src/ledger/record/events.js";
import { openSender } from "../src/worker/producer/sender.js";
import { expectsAnswerUnless, socketRecorder } from "../src/worker/sockets.js";
import { answer, type Place } from "./child.js";
import { linkTo } from "./direct-link.js";
import { producerOptions, senderOrder } from "./settings.js";

export interface FillOrder extends Place {
  topic: string;
  runId: string;
  messages: number;
  size: number;
}

const batch = 1_000;

await answer(async ({ bootstrap, folder, topic, runId, messages, size }: FillOrder) => {
  const description: BoxDescription & { kind: "producer" } = {
    format: 2,
    kind: "producer",
    runId,
    worker: 0,
    life: 0,
    bits: messages,
    firstNumber: 0,
    ticks: 0,
    requests: 0,
    sends: 0,
  };
  const path = join(folder, "fill.box");
  createBox(path, description);
  // Mapped to the end of this process: a socket that closes late still writes that down.
  const box = openBox(path, description, "write");
  const write = openEvents(join(folder, "events.ndjson"), "bench");
  const link = linkTo(bootstrap, socketRecorder(box, write, { expectsAnswer: expectsAnswerUnless(1) }));
  // An acknowledgement for each send: the readings need every message to be there.
  const client = kafkajsDriver.producer(link, { ...producerOptions, acks: 1 });
  await client.connect();
  const sender = openSender(senderOrder({ topic, runId, size }), box, client);
  while (sender.next < messages) {
    await sender.send(Math.min(messages, sender.next + batch));
    await yieldToSockets();
  }
  await client.disconnect();
  await using admin = kafkajsDriver.admin({ ...link, clientId: "lossbound-bench-fill" });
  await admin.connect();
  const isFilled = async (): Promise<boolean> => (await admin.logEnds(topic))[0]?.end === messages;
  await waitUntil(`${topic} to hold ${messages} messages`, isFilled, { limitMs: 10_000 });
  return { messages };
});
