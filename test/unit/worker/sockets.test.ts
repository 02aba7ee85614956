import { join } from "node:path";

import { describe, expect, it } from "vitest";

import { messageWriter } from "../../../src/kafka/message.js";
import { type BlackBox, createBox, openBox } from "../../../src/ledger/box/black-box.js";
import { connectionFields, connectionSlots, connectionStride } from "../../../src/ledger/box/format.js";
import type { RunEvent } from "../../../src/ledger/record/events.js";
import { apiKeyOf, expectsAnswerUnless, requestTracer, socketRecorder } from "../../../src/worker/sockets.js";
import { describedAs, runId } from "../../support/black-boxes.js";
import { scratchFolder } from "../../support/scratch-folder.js";

const produce = 0;
const metadata = 3;

describe("what the sockets of a life do", () => {
  it("is recorded in its box as it happens, in total and by connection", () => {
    using life = aLife();
    const sockets = socketRecorder(life.box, life.write, { expectsAnswer: expectsAnswerUnless(0) });
    const [one, two] = [sockets.opened(1, 1_000), sockets.opened(2, 1_000)];
    sockets.wrote(one, aRequest(metadata, 100));
    sockets.wrote(one, aRequest(produce, 1000));
    sockets.flushed(one, 100);
    sockets.wrote(two, aRequest(metadata, 50));
    sockets.refused("proxy");
    sockets.refused("broker");
    const { box } = life;

    expect(
      ["connectionsOpened", "bytesWritten", "bytesFlushed", "requests", "answered", "dialsRefused"].map(
        (name) => box.get(name as "requests"),
      ),
    ).toEqual([2, 1150, 100, 3, 2, 1]);
    expect(sockets.bytesInProcess()).toBe(1050);

    sockets.flushed(two, 50);
    sockets.closed(one);
    expect(sockets.bytesInProcess(), "bytes held by a closed connection are gone").toBe(0);
    expect(life.events.at(-1)).toEqual({
      event: "connection-closed",
      connection: 0,
      bytesWritten: 1100,
      bytesFlushed: 100,
    });
  });

  it("includes how many answers each connection waits for", () => {
    using life = aLife();
    const sockets = socketRecorder(life.box, life.write, { expectsAnswer: expectsAnswerUnless(0) });
    const [one, two] = [sockets.opened(1, 1_000), sockets.opened(1, 1_000)];
    const awaiting = (): number[] =>
      [one, two].map(
        (connection) =>
          life.box.connections[connection * connectionStride + connectionFields.indexOf("awaiting")]!,
      );
    // A fetch, and a heartbeat that is answered first.
    sockets.wrote(one, aRequest(1, 100));
    sockets.wrote(one, aRequest(12, 100));
    sockets.wrote(two, aRequest(produce, 100));
    sockets.wrote(two, aRequest(metadata, 100));
    expect(awaiting()).toEqual([2, 1]);

    sockets.answered(one, 1);
    expect(awaiting()).toEqual([1, 1]);
    sockets.answered(one, 1);
    sockets.answered(two, 1);
    expect(awaiting()).toEqual([0, 0]);
  });

  it("counts in total, when there are more connections than a box has rows for", () => {
    using life = aLife();
    const sockets = socketRecorder(life.box, life.write, { expectsAnswer: () => true });
    for (let opened = 0; opened <= connectionSlots; opened++) sockets.opened(1, 1_000);
    sockets.wrote(connectionSlots, aRequest(metadata, 10));
    sockets.closed(connectionSlots);

    expect(life.box.get("connectionsOpened")).toBe(connectionSlots + 1);
    expect(life.box.get("bytesWritten")).toBe(10);
    expect(
      life.box.histogram.every((count) => count === 0),
      "no store beyond the table",
    ).toBe(true);
  });
});

describe("a produce request that is handed to the kernel", () => {
  it("is reported with its connection and broker", () => {
    using life = aLife();
    const handed: unknown[][] = [];
    const sockets = socketRecorder(life.box, life.write, {
      expectsAnswer: () => true,
      onProduce: (...told) => handed.push(told),
    });
    const [one, two] = [sockets.opened(7, 1_000), sockets.opened(9, 1_000)];
    const request = aRequest(produce, 100);
    sockets.handing(two, request);
    sockets.handing(one, aRequest(metadata, 100));
    sockets.handing(one, request);

    expect(handed).toEqual([
      [{ connection: two, broker: 9, ends: 100 }, request],
      // All bytes written before it count, of any request.
      [{ connection: one, broker: 7, ends: 200 }, request],
    ]);
  });
});

describe("a request", () => {
  it("shows by its API key whether it is answered", () => {
    expect([
      apiKeyOf(aRequest(metadata, 20)),
      apiKeyOf(aRequest(18, 20)),
      apiKeyOf(new Uint8Array(5)),
    ]).toEqual([3, 18, -1]);
    expect(expectsAnswerUnless(0)(aRequest(produce, 20))).toBe(false);
    expect(expectsAnswerUnless(1)(aRequest(produce, 20))).toBe(true);
    expect(expectsAnswerUnless(0)(aRequest(metadata, 20))).toBe(true);
  });

  it("is traced with the messages in its own bytes", () => {
    using life = aLife();
    const values = messageWriter(runId, 0, 80)(5, 8, 1);
    const foreign = messageWriter("ff".repeat(16), 0, 80)(9, 10, 1);
    const request = Buffer.concat([aRequest(produce, 30), ...values, Buffer.from("LBM1 LBM1"), ...foreign]);
    requestTracer(runId, life.write)(4, request, 777);

    expect(life.events).toEqual([
      { event: "request", connection: 4, apiKey: 0, ends: 777, messages: [5, 6, 7] },
    ]);
  });
});

function aRequest(apiKey: number, length: number): Buffer {
  const request = Buffer.alloc(length);
  request.writeInt32BE(length - 4);
  request.writeInt16BE(apiKey, 4);
  return request;
}

function aLife(): Disposable & {
  box: BlackBox<"producer">;
  events: RunEvent[];
  write: (event: RunEvent) => void;
} {
  const folder = scratchFolder();
  const description = describedAs("producer");
  const path = join(folder.path, "life.box");
  createBox(path, description);
  const box = openBox(path, description, "write");
  const events: RunEvent[] = [];
  return {
    box,
    events,
    write: (event) => events.push(event),
    [Symbol.dispose]: () => {
      box[Symbol.dispose]();
      folder[Symbol.dispose]();
    },
  };
}
