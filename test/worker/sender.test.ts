import { join } from "node:path";

import { describe, expect, it } from "vitest";

import type { OutgoingRecord, ProducerClient } from "../../src/kafka/driver.js";
import { messageReader } from "../../src/kafka/message.js";
import { type BlackBox, createBox, openBox } from "../../src/ledger/black-box.js";
import { openSender } from "../../src/worker/sender.js";
import { describedAs, runId } from "../ledger/boxes.js";
import { scratchFolder } from "../ledger/scratch.js";

describe("a sender", () => {
  it("moves the number before it calls the client, and marks the outcome when the client has said it", async () => {
    using life = aLife();
    const seen: [next: number, accepted: number][] = [];
    const sender = openSender(order, life.box, {
      ...aClient,
      send: async () => void seen.push([life.box.get("next"), life.box.planes.accepted.count]),
    });
    const sent = sender.send(10);
    expect(life.box.planes.accepted.count).toBe(0);
    await sent;
    await sender.send(25);

    expect(seen).toEqual([
      [10, 0],
      [25, 10],
    ]);
    expect([life.box.get("next"), life.box.get("nextAgain"), sender.next, life.box.get("sends")]).toEqual([
      25, 25, 25, 2,
    ]);
    expect(life.box.planes.accepted.count).toBe(25);
  });

  it("marks as rejected what the client threw, all of it and nothing else", async () => {
    using life = aLife();
    const sender = openSender(order, life.box, {
      ...aClient,
      send: () => Promise.reject(new Error("refused")),
    });
    await sender.send(3);

    expect([life.box.planes.accepted.count, life.box.planes.rejected.count]).toEqual([0, 3]);
    expect([life.box.planes.rejected.has(2), life.box.planes.rejected.has(3)]).toEqual([true, false]);
  });

  it("sends each message once, to the partition that its number says, from where its life begins", async () => {
    using life = aLife(7);
    const records: OutgoingRecord[] = [];
    const sender = openSender(order, life.box, {
      ...aClient,
      send: async (_, sent) => void records.push(...sent),
    });
    await sender.send(9);
    await sender.send(12);

    expect(records.map(({ value, partition }) => [numberIn(value), partition])).toEqual([
      [7, 1],
      [8, 2],
      [9, 0],
      [10, 1],
      [11, 2],
    ]);
  });
});

const order = { runId, topic: "t", partitions: 3, size: 100 };

const aClient: ProducerClient = { connect: async () => {}, send: async () => {}, disconnect: async () => {} };

function numberIn(value: Buffer): number {
  const identity = { producer: 0, number: -1, sentAt: 0 };
  messageReader(runId)(value, identity);
  return identity.number;
}

function aLife(firstNumber = 0): Disposable & { box: BlackBox<"producer"> } {
  const folder = scratchFolder();
  const description = describedAs("producer", { firstNumber });
  const path = join(folder.path, "life.box");
  createBox(path, description);
  const box = openBox(path, description, "write");
  return {
    box,
    [Symbol.dispose]: () => {
      box[Symbol.dispose]();
      folder[Symbol.dispose]();
    },
  };
}
