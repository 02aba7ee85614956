import { describe, expect, it } from "vitest";

import { type BatchTold, aBatch, aConsumer } from "./a-consumer.js";

describe("an at-most-once consumer", () => {
  it("commits each chunk before it processes it", async () => {
    using consumer = await aConsumer({ commitEvery: 2 });
    const { batch, asked } = aBatch([0, 1, 2, 3, 4], {
      commit: (offset) => {
        asked.push(`${consumer.box.planes.ended.count} ended before ${offset} is committed`);
        return true;
      },
    });
    await consumer.take(batch);

    expect(asked).toEqual([
      "0 ended before 102 is committed",
      "advance to 102",
      "2 ended before 104 is committed",
      "advance to 104",
      "4 ended before 105 is committed",
      "advance to 105",
    ]);
    expect(consumer.counts()).toEqual({
      fetched: 5,
      tried: 5,
      covered: 5,
      began: 5,
      ended: 5,
      beganUncovered: 0,
      inHand: 0,
    });
  });

  it("processes nothing of a chunk whose commit was not acknowledged, and reads its position again", async () => {
    using consumer = await aConsumer({ commitEvery: 2 });
    const { batch, asked } = aBatch([0, 1, 2, 3, 4], { commit: (offset) => offset < 104 });
    await consumer.take(batch);

    expect(asked).toEqual(["commit 102", "advance to 102", "commit 104", "give up"]);
    expect(consumer.counts()).toEqual({
      fetched: 5,
      tried: 4,
      covered: 2,
      began: 2,
      ended: 2,
      beganUncovered: 0,
      inHand: 0,
    });
    // The event of its chunk: the life, and the range of the messages in the planes.
    const chunk = { worker: 0, life: 0, askedAt: expect.any(Number) as number, lowest: 2, highest: 3 };
    expect(consumer.events).toEqual([{ event: "commit-failed", partition: 3, offset: 104, chunk }]);
  });

  it("starts no chunk of an outdated batch, but finishes the one it committed", async () => {
    using consumer = await aConsumer({ commitEvery: 2 });
    const { batch, asked } = aBatch([0, 1, 2, 3], { isCurrent: () => consumer.box.planes.ended.count === 0 });
    await consumer.take(batch);

    expect(asked).toEqual(["commit 102", "advance to 102"]);
    expect(consumer.counts()).toMatchObject({ tried: 2, ended: 2, inHand: 0 });
  });

  it("finishes a committed chunk if a heartbeat throws, and passes the error on", async () => {
    using consumer = await aConsumer({ commitEvery: 2 });
    const { batch, asked } = aBatch([0, 1, 2, 3], {
      heartbeat: () => {
        throw new Error("rebalancing");
      },
    });

    await expect(consumer.take(batch)).rejects.toThrow("rebalancing");
    expect(asked).toEqual(["commit 102", "advance to 102"]);
    expect(consumer.counts()).toMatchObject({ ended: 2, inHand: 0 });
  });

  it("records in its box what it gets twice", async () => {
    using consumer = await aConsumer({ commitEvery: 10 });
    await consumer.take(aBatch([0, 1]).batch);
    await consumer.take(aBatch([1, 2]).batch);
    const { beganAgain, endedAgain, ended } = consumer.box.planes;

    expect([ended.count, beganAgain.count, endedAgain.count, beganAgain.has(1)]).toEqual([3, 1, 1, true]);
  });

  it("finds a message of any producer at its index", async () => {
    using consumer = await aConsumer({ commitEvery: 10 });
    await consumer.take(aBatch([7], { producer: 1 }).batch);

    expect(consumer.box.planes.ended.has(64 + 7)).toBe(true);
  });

  const foreign: [string, number, BatchTold][] = [
    ["of another run", 0, { run: "ff".repeat(16) }],
    ["with a number beyond the plan", 40, {}],
    ["of an unknown producer", 0, { producer: 9 }],
  ];
  it.each(foreign)("rejects a record %s, and marks nothing", async (_, number, told) => {
    using consumer = await aConsumer({ commitEvery: 10 });
    const { batch } = aBatch([number], told);

    await expect(consumer.take(batch)).rejects.toThrow(expect.objectContaining({ code: "HARNESS" }));
    expect(consumer.counts()).toMatchObject({ fetched: 0, tried: 0, began: 0 });
  });
});

describe("an at-least-once consumer", () => {
  it("processes each chunk before it commits it", async () => {
    using consumer = await aConsumer({ guarantee: "at-least-once", commitEvery: 2 });
    const { batch, asked } = aBatch([0, 1, 2], {
      commit: (offset) => {
        asked.push(`${consumer.box.planes.ended.count} ended before ${offset} is committed`);
        return true;
      },
    });
    await consumer.take(batch);

    expect(asked).toEqual([
      "2 ended before 102 is committed",
      "advance to 102",
      "3 ended before 103 is committed",
      "advance to 103",
    ]);
    expect(consumer.counts()).toEqual({
      fetched: 3,
      tried: 3,
      covered: 3,
      began: 3,
      ended: 3,
      beganUncovered: 3,
      inHand: 0,
    });
  });

  it("reads its position again when a commit was not acknowledged, so that the chunk is repeated", async () => {
    using consumer = await aConsumer({ guarantee: "at-least-once", commitEvery: 2 });
    const { batch, asked } = aBatch([0, 1, 2, 3, 4], { commit: (offset) => offset < 104 });
    await consumer.take(batch);

    expect(asked).toEqual(["commit 102", "advance to 102", "commit 104", "give up"]);
    expect(consumer.counts()).toMatchObject({ tried: 4, covered: 2, ended: 4, inHand: 0 });
  });

  it("starts no handler of a chunk that belongs to another member by now, and does not commit it", async () => {
    using consumer = await aConsumer({ guarantee: "at-least-once", commitEvery: 40 });
    const numbers = Array.from({ length: 40 }, (_, number) => number);
    const { batch, asked } = aBatch(numbers, {
      isCurrent: () => consumer.box.planes.ended.count === 0,
      heartbeat: () => {
        throw new Error("unknown member");
      },
    });

    await expect(consumer.take(batch)).rejects.toThrow("unknown member");
    expect(asked).toEqual(["give up"]);
    // It looks again before the 33rd handler.
    expect(consumer.counts()).toMatchObject({ began: 32, ended: 32, tried: 0, inHand: 0 });
  });

  it("finishes and commits its chunk while the group only rebalances, and passes that on", async () => {
    using consumer = await aConsumer({ guarantee: "at-least-once", commitEvery: 2 });
    const { batch, asked } = aBatch([0, 1, 2, 3], {
      heartbeat: () => {
        throw new Error("rebalancing");
      },
    });

    await expect(consumer.take(batch)).rejects.toThrow("rebalancing");
    expect(asked).toEqual(["commit 102", "advance to 102"]);
    expect(consumer.counts()).toMatchObject({ ended: 2, covered: 2, inHand: 0 });
  });
});

describe("the orderly end of a consumer", () => {
  it("waits for the chunk in hand, and starts no other", async () => {
    using consumer = await aConsumer({ commitEvery: 2 });
    const { batch, asked } = aBatch([0, 1, 2, 3]);
    consumer.consumer.places.arm({ arm: 1, place: { kind: "after-commit" } });
    const taken = consumer.told.onBatch(batch);
    await new Promise((resolve) => setImmediate(resolve));
    let ended = false;
    const end = consumer.consumer.end(10_000).then(() => (ended = true));
    await new Promise((resolve) => setImmediate(resolve));
    expect(ended).toBe(false);

    consumer.consumer.places.release(1);
    await Promise.all([taken, end]);
    expect(asked).toEqual(["commit 102", "advance to 102"]);
    expect(consumer.counts()).toMatchObject({ ended: 2, inHand: 0 });

    await consumer.told.onBatch(aBatch([4]).batch);
    expect(consumer.counts()).toMatchObject({ fetched: 4 });
  });

  it("records in its box that it gave up, only when its limit has passed", async () => {
    using stuck = await aConsumer({ commitEvery: 2 });
    stuck.consumer.places.arm({ arm: 1, place: { kind: "after-commit" } });
    void stuck.told.onBatch(aBatch([0, 1]).batch);
    await new Promise((resolve) => setImmediate(resolve));
    await stuck.consumer.end(20);
    expect(stuck.box.get("gaveUp")).toBe(1);
    expect(stuck.events).toContainEqual(expect.objectContaining({ event: "end-given-up", inHand: 2 }));

    using free = await aConsumer({ commitEvery: 2 });
    await free.told.onBatch(aBatch([0, 1]).batch);
    await free.consumer.end(10_000);
    expect(free.box.get("gaveUp")).toBe(0);
  });
});
