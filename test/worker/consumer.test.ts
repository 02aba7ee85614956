import { join } from "node:path";

import { describe, expect, it } from "vitest";

import type { Batch } from "../../src/kafka/driver.js";
import { messageWriter } from "../../src/kafka/message.js";
import { type BlackBox, createBox, openBox } from "../../src/ledger/black-box.js";
import { AtMostOnceConsumer } from "../../src/worker/consumer.js";
import type { ConsumerOrder } from "../../src/worker/order.js";
import { aScenario } from "../ledger/a-scenario.js";
import { describedAs, runId } from "../ledger/boxes.js";
import { scratchFolder } from "../ledger/scratch.js";

describe("an at-most-once consumer", () => {
  it("commits a chunk, and processes it only then, chunk by chunk", async () => {
    using consumer = aConsumer({ commitEvery: 2 });
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

  it("processes nothing of a chunk whose commit was not acknowledged, and takes its position anew", async () => {
    using consumer = aConsumer({ commitEvery: 2 });
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
    expect(consumer.events).toEqual([{ event: "commit-failed", partition: 3, offset: 104 }]);
  });

  it("begins no chunk of a batch that is not current any more, and finishes the one that it committed", async () => {
    using consumer = aConsumer({ commitEvery: 2 });
    const { batch, asked } = aBatch([0, 1, 2, 3], { isCurrent: () => consumer.box.planes.ended.count === 0 });
    await consumer.take(batch);

    expect(asked).toEqual(["commit 102", "advance to 102"]);
    expect(consumer.counts()).toMatchObject({ tried: 2, ended: 2, inHand: 0 });
  });

  it("finishes a committed chunk whatever a heartbeat throws, and passes that on", async () => {
    using consumer = aConsumer({ commitEvery: 2 });
    const { batch, asked } = aBatch([0, 1, 2, 3], {
      heartbeat: () => {
        throw new Error("rebalancing");
      },
    });

    await expect(consumer.take(batch)).rejects.toThrow("rebalancing");
    expect(asked).toEqual(["commit 102", "advance to 102"]);
    expect(consumer.counts()).toMatchObject({ ended: 2, inHand: 0 });
  });

  it("remembers in its box what it is given twice", async () => {
    using consumer = aConsumer({ commitEvery: 10 });
    await consumer.take(aBatch([0, 1]).batch);
    await consumer.take(aBatch([1, 2]).batch);
    const { beganAgain, endedAgain, ended } = consumer.box.planes;

    expect([ended.count, beganAgain.count, endedAgain.count, beganAgain.has(1)]).toEqual([3, 1, 1, true]);
  });

  it("finds a message of any producer at its place", async () => {
    using consumer = aConsumer({ commitEvery: 10 });
    await consumer.take(aBatch([7], { producer: 1 }).batch);

    expect(consumer.box.planes.ended.has(64 + 7)).toBe(true);
  });

  const foreign: [string, number, BatchTold][] = [
    ["of another run", 0, { run: "ff".repeat(16) }],
    ["with a number beyond the plan", 40, {}],
    ["of a producer that there is not", 0, { producer: 9 }],
  ];
  it.each(foreign)("refuses a record %s, and marks nothing", async (_, number, told) => {
    using consumer = aConsumer({ commitEvery: 10 });
    const { batch } = aBatch([number], told);

    await expect(consumer.take(batch)).rejects.toThrow(expect.objectContaining({ code: "HARNESS" }));
    expect(consumer.counts()).toMatchObject({ fetched: 0, tried: 0, began: 0 });
  });
});

interface Consuming extends Disposable {
  box: BlackBox<"consumer">;
  events: unknown[];
  take(batch: Batch): Promise<void>;
  counts(): Record<string, number>;
}

function aConsumer({ commitEvery }: { commitEvery: number }): Consuming {
  const folder = scratchFolder();
  const description = describedAs("consumer", { bits: 128 });
  const path = join(folder.path, "life.box");
  createBox(path, description);
  const box = openBox(path, description, "write");
  const events: unknown[] = [];
  const settings = { ...aScenario({}).consumers, commitEvery };
  const order = {
    runId,
    topic: "t",
    settings,
    layout: { bases: [0, 64], messages: [40, 40] },
  } as unknown as ConsumerOrder;
  const consumer = new AtMostOnceConsumer(order, box, (event) => events.push(event));
  return {
    box,
    events,
    take: (batch) => consumer.take(batch),
    counts: () => {
      const { fetched, tried, covered, began, ended, beganUncovered } = box.planes;
      return {
        fetched: fetched.count,
        tried: tried.count,
        covered: covered.count,
        began: began.count,
        ended: ended.count,
        beganUncovered: beganUncovered.count,
        inHand: box.get("inHand"),
      };
    },
    [Symbol.dispose]: () => {
      box[Symbol.dispose]();
      folder[Symbol.dispose]();
    },
  };
}

interface BatchTold {
  producer?: number;
  run?: string;
  commit?: (offset: number) => boolean;
  isCurrent?: () => boolean;
  heartbeat?: () => void;
}

/** A batch of messages, from offset 100 of partition 3, and what is asked of it in turn. */
function aBatch(numbers: readonly number[], told: BatchTold = {}): { batch: Batch; asked: string[] } {
  const { producer = 0, run = runId, commit, isCurrent = () => true, heartbeat = () => {} } = told;
  const asked: string[] = [];
  const write = messageWriter(run, producer, 100);
  const batch: Batch = {
    partition: 3,
    count: numbers.length,
    offsetOf: (place) => 100 + place,
    valueOf: (place) => write(numbers[place]!, numbers[place]! + 1, Date.now())[0]!,
    isCurrent,
    commit: async (offset) => {
      if (commit === undefined) {
        asked.push(`commit ${offset}`);
        return true;
      }
      const before = asked.length;
      const acknowledged = commit(offset);
      if (asked.length === before) asked.push(`commit ${offset}`);
      return acknowledged;
    },
    advance: (offset) => asked.push(`advance to ${offset}`),
    giveUp: async () => void asked.push("give up"),
    heartbeat: async () => heartbeat(),
  };
  return { batch, asked };
}
