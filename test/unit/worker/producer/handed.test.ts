import { join } from "node:path";

import { describe, expect, it } from "vitest";

import { messageWriter } from "../../../../src/kafka/message.js";
import { type BlackBox, createBox, openBox } from "../../../../src/ledger/box/black-box.js";
import { fieldOf, hasPartition, rowWords } from "../../../../src/ledger/box/request-rows.js";
import { partitionOf } from "../../../../src/plan/layout.js";
import { handedRecorder } from "../../../../src/worker/producer/handed.js";
import { encodeRequest } from "../../kafka/encode-request.js";
import { describedAs, runId } from "../../../support/black-boxes.js";
import { scratchFolder } from "../../../support/scratch-folder.js";

const partitions = 3;
const oneConnection = { connection: 0, broker: 1, ends: 100 };

describe("a request that a producer's process hands over", () => {
  it("marks its messages, and gets a row that identifies them", async () => {
    using life = aLife();
    const record = handedRecorder({ runId, partitions }, life.box);
    // One send of 50 messages to two brokers: the partitions of each go into one request.
    record({ connection: 4, broker: 101, ends: 500 }, await aRequest(77, 10, 60, [0, 2]));
    expect(life.box.planes.handed.count).toBe(33);
    record({ connection: 5, broker: 102, ends: 900 }, await aRequest(12, 10, 60, [1]));
    const { requests, planes } = life.box;

    expect(planes.handed.count).toBe(50);
    expect([
      planes.handed.has(9),
      planes.handed.has(10),
      planes.handed.has(59),
      planes.handed.has(60),
    ]).toEqual([false, true, true, false]);
    const fields = ["connection", "broker", "correlationId", "lowest", "highest", "ends"] as const;
    expect([0, 1].map((index) => fields.map((name) => fieldOf(requests, index, name)))).toEqual([
      [4, 101, 77, 11, 59, 500],
      [5, 102, 12, 10, 58, 900],
    ]);
    expect([0, 1, 2].map((partition) => hasPartition(requests, 0, partition))).toEqual([true, false, true]);
    expect([life.box.get("requestsListed"), life.box.get("requestsUnlisted")]).toEqual([2, 0]);
  });

  it("marks its messages once, however often it is handed over", async () => {
    using life = aLife();
    const record = handedRecorder({ runId, partitions }, life.box);
    for (const correlationId of [1, 2]) record(oneConnection, await aRequest(correlationId, 0, 9, [0]));

    expect([life.box.planes.handed.count, life.box.get("requestsListed")]).toEqual([3, 2]);
  });

  it("counts as unlisted, if its row does not fit or cannot express its messages", async () => {
    using life = aLife({ requests: 2 });
    const record = handedRecorder({ runId, partitions }, life.box);
    const gap = await encodeRequest(7, {
      0: [...valuesOf(0, 9, 0).slice(0, 1), ...valuesOf(0, 9, 0).slice(2)],
    });
    record(oneConnection, gap);
    expect([life.box.get("requestsListed"), life.box.get("requestsUnlisted")]).toEqual([0, 1]);

    for (const correlationId of [1, 2, 3])
      record(oneConnection, await aRequest(correlationId, 0, 9, [0, 1, 2]));
    expect([life.box.get("requestsListed"), life.box.get("requestsUnlisted")]).toEqual([2, 2]);
    expect(life.box.planes.handed.count, "marked anyway").toBe(9);
  });

  it("gets a row with up to 128 partitions, but not with more", async () => {
    using life = aLife();
    const record = handedRecorder({ runId, partitions: 200 }, life.box);
    const one = (number: number): Promise<Buffer> =>
      encodeRequest(number, { [number]: messageWriter(runId, 0, 80)(number, number + 1, 1) });
    for (const number of [127, 128]) record(oneConnection, await one(number));

    expect([life.box.get("requestsListed"), life.box.get("requestsUnlisted")]).toEqual([1, 1]);
    expect([hasPartition(life.box.requests, 0, 127), hasPartition(life.box.requests, 0, 128)]).toEqual([
      true,
      false,
    ]);
    expect(life.box.planes.handed.count).toBe(2);
  });

  it("gets no row, when acknowledgements report its outcome", async () => {
    using life = aLife({ requests: 0 });
    handedRecorder({ runId, partitions }, life.box)(oneConnection, await aRequest(1, 0, 9, [0]));

    expect([life.box.planes.handed.count, life.box.get("requestsUnlisted")]).toEqual([3, 0]);
  });

  it("ends the life if it cannot be read, because what left would be unknown", async () => {
    using life = aLife();
    const foreign = await encodeRequest(1, { 0: [Buffer.alloc(100)] });

    expect(() => handedRecorder({ runId, partitions }, life.box)(oneConnection, foreign)).toThrow(
      expect.objectContaining({ code: "HARNESS" }),
    );
  });

  it("has a row of its own words only", async () => {
    using life = aLife();
    handedRecorder({ runId, partitions }, life.box)(oneConnection, await aRequest(1, 0, 9, [0]));

    expect(life.box.requests.subarray(rowWords).every((word) => word === 0)).toBe(true);
  });
});

function valuesOf(from: number, to: number, partition: number): Buffer[] {
  return messageWriter(runId, 0, 80)(from, to, 1).filter(
    (_, index) => partitionOf(from + index, 0, partitions) === partition,
  );
}

function aRequest(
  correlationId: number,
  from: number,
  to: number,
  those: readonly number[],
): Promise<Buffer> {
  return encodeRequest(
    correlationId,
    Object.fromEntries(those.map((partition) => [partition, valuesOf(from, to, partition)])),
  );
}

function aLife(changes: { requests?: number } = {}): Disposable & { box: BlackBox<"producer"> } {
  const folder = scratchFolder();
  const description = describedAs("producer", { bits: 256, requests: 8, ...changes });
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
