import { join } from "node:path";

import { describe, expect, it } from "vitest";

import type { OutgoingRecord, ProducerClient } from "../../../../src/kafka/driver.js";
import { messageReader } from "../../../../src/kafka/message.js";
import { type BlackBox, createBox, openBox } from "../../../../src/ledger/box/black-box.js";
import { type SenderOrder, openSender } from "../../../../src/worker/producer/sender.js";
import { describedAs, runId } from "../../../support/black-boxes.js";
import { scratchFolder } from "../../../support/scratch-folder.js";

const order: SenderOrder = {
  runId,
  topic: "t",
  partitions: 3,
  guarantee: "at-most-once",
  settings: { size: 100, retries: 0 },
};

describe("a sender", () => {
  it("advances the number before it calls the client, and marks the outcome when the client reports it", async () => {
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

  it("marks exactly the messages as rejected for which the client threw", async () => {
    using life = aLife();
    const sender = openSender(order, life.box, {
      ...aClient,
      send: () => Promise.reject(new Error("refused")),
    });
    await sender.send(3);

    expect([life.box.planes.accepted.count, life.box.planes.rejected.count]).toEqual([0, 3]);
    expect([life.box.planes.rejected.has(2), life.box.planes.rejected.has(3)]).toEqual([true, false]);
  });

  it("sends each message once, to the partition of its number, from the start of its life", async () => {
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

describe("a sender whose client retries", () => {
  const again: SenderOrder = { ...order, guarantee: "at-least-once", settings: { size: 100, retries: 5 } };

  it("sends each partition's records separately, and marks each outcome separately", async () => {
    using life = aLife(7);
    const sends: [number, number][][] = [];
    const sender = openSender(again, life.box, {
      ...aClient,
      send: async (_, sent) => {
        sends.push(sent.map(({ value, partition }) => [numberIn(value), partition]));
        if (sent[0]!.partition === 2) throw new Error("refused");
      },
    });
    await sender.send(14);
    await sender.send(15);
    const { accepted, rejected } = life.box.planes;

    expect(sends).toEqual([
      [
        [7, 1],
        [10, 1],
        [13, 1],
      ],
      [
        [8, 2],
        [11, 2],
      ],
      [
        [9, 0],
        [12, 0],
      ],
      [[14, 2]],
    ]);
    expect(numbersOf(accepted)).toEqual([7, 9, 10, 12, 13]);
    expect(numbersOf(rejected)).toEqual([8, 11, 14]);
  });

  it("waits for one send before the next under effectively-once, and then sends all that is due", async () => {
    using life = aLife();
    const open: { numbers: number[]; resolve: () => void }[] = [];
    const sender = openSender({ ...again, guarantee: "effectively-once", partitions: 2 }, life.box, {
      ...aClient,
      send: (_, sent) =>
        new Promise<void>((resolve) =>
          open.push({ numbers: sent.map(({ value }) => numberIn(value)), resolve }),
        ),
    });
    const sends = [sender.send(2), sender.send(5), sender.send(7)];
    await new Promise(setImmediate);
    // Given to the client or not, no other life may send them.
    expect(life.box.get("next")).toBe(7);
    expect(open.map(({ numbers }) => numbers)).toEqual([[0], [1]]);

    open[0]!.resolve();
    await new Promise(setImmediate);
    expect([open.length, life.box.planes.accepted.count]).toEqual([2, 1]);
    open[1]!.resolve();
    await new Promise(setImmediate);
    expect(open.slice(2).map(({ numbers }) => numbers)).toEqual([
      [2, 4, 6],
      [3, 5],
    ]);
    for (const { resolve } of open) resolve();
    await Promise.all(sends);
    expect(life.box.planes.accepted.count).toBe(7);
  });

  it("sends no more at once than one send may take, however many messages have waited", async () => {
    using life = aLife();
    const open: { count: number; resolve: () => void }[] = [];
    const settings = { size: 300_000, retries: 5 };
    const sender = openSender(
      { ...again, guarantee: "effectively-once", partitions: 1, settings },
      life.box,
      {
        ...aClient,
        send: (_, sent) => new Promise<void>((resolve) => open.push({ count: sent.length, resolve })),
      },
    );
    const sends = [1, 2, 3, 4, 5, 6].map((upTo) => sender.send(upTo));
    for (let turn = 0; turn < 4; turn++) {
      await new Promise(setImmediate);
      open[turn]!.resolve();
    }
    await Promise.all(sends);

    expect(open.map(({ count }) => count)).toEqual([1, 2, 2, 1]);
  });
});

describe("an oversized message", () => {
  it("is the next one, once, with the same header, and leaves its neighbours unchanged", async () => {
    using life = aLife();
    const sends: [number, number][][] = [];
    const sender = openSender(order, life.box, {
      ...aClient,
      send: async (_, sent) => void sends.push(sent.map(({ value }) => [numberIn(value), value.length])),
    });
    await sender.send(2);
    sender.enlargeNext(5_000);
    for (const upTo of [4, 6]) await sender.send(upTo);

    expect(sends).toEqual([
      [
        [0, 100],
        [1, 100],
      ],
      [
        [2, 5_000],
        [3, 100],
      ],
      [
        [4, 100],
        [5, 100],
      ],
    ]);
    expect([life.box.get("oversized"), life.box.planes.accepted.count]).toEqual([1, 6]);
  });
});

const aClient: ProducerClient = { connect: async () => {}, send: async () => {}, disconnect: async () => {} };

function numbersOf(plane: { has(index: number): boolean }): number[] {
  return Array.from({ length: 64 }, (_, number) => number).filter((number) => plane.has(number));
}

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
