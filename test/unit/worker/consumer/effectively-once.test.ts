import { describe, expect, it } from "vitest";

import type { Transaction, TransactionalClient } from "../../../../src/kafka/driver.js";
import { headerLength, messageReader } from "../../../../src/kafka/message.js";
import { runId } from "../../../support/black-boxes.js";
import { type Consuming, aBatch, aConsumer } from "./a-consumer.js";

describe("an effectively-once consumer", () => {
  it("takes an id for the group and partition when assigned, and reads the position after that", async () => {
    const broker = aBroker();
    using consumer = await anOnceConsumer(broker);
    consumer.told.onAssigned([3]);
    await turns();

    expect(broker.asked).toEqual(["g-3: take", "position"]);
    expect(consumer.events).toContainEqual({ event: "taken", partition: 3, position: 100 });
  });

  it("puts a chunk's effects and the offset behind it into one transaction", async () => {
    const broker = aBroker();
    using consumer = await anOnceConsumer(broker);
    consumer.told.onAssigned([3]);
    await turns();
    broker.asked.length = 0;
    await consumer.take(aBatch([0, 1, 2], { asked: broker.asked }).batch);

    expect(broker.asked).toEqual([
      "g-3: send 0 1 to t-output",
      "g-3: offset 102 of t for g",
      "g-3: commit",
      "advance to 102",
      "g-3: send 2 to t-output",
      "g-3: offset 103 of t for g",
      "g-3: commit",
      "advance to 103",
    ]);
    expect(consumer.counts()).toMatchObject({ tried: 3, covered: 3, began: 3, ended: 3, inHand: 0 });
  });

  it("drops what was committed between the fetch and its taking of the id", async () => {
    const broker = aBroker({ position: 102 });
    using consumer = await anOnceConsumer(broker);
    consumer.told.onAssigned([3]);
    await turns();
    broker.asked.length = 0;
    await consumer.take(aBatch([0, 1, 2], { asked: broker.asked }).batch);

    expect(broker.asked).toEqual([
      "position",
      "advance to 102",
      "g-3: send 2 to t-output",
      "g-3: offset 103 of t for g",
      "g-3: commit",
      "advance to 103",
    ]);
    expect(consumer.counts()).toMatchObject({ fetched: 3, began: 1, inHand: 0 });
  });

  it.each(["send", "offset"])(
    "aborts when the %s fails, and takes the id and the position again with the next batch",
    async (step) => {
      const broker = aBroker({ failing: step });
      using consumer = await anOnceConsumer(broker);
      consumer.told.onAssigned([3]);
      await turns();
      broker.asked.length = 0;
      await consumer.take(aBatch([0, 1], { asked: broker.asked }).batch);

      expect(broker.asked.slice(-3)).toEqual(["g-3: abort", "g-3: disconnect", "give up"]);
      expect(consumer.counts()).toMatchObject({ covered: 0, ended: 2, inHand: 0 });

      broker.asked.length = 0;
      broker.failing = undefined;
      await consumer.take(aBatch([0, 1], { asked: broker.asked }).batch);
      expect(broker.asked.slice(0, 3)).toEqual(["g-3: take", "position", "g-3: send 0 1 to t-output"]);
      expect(consumer.counts()).toMatchObject({ covered: 2, inHand: 0 });
      expect(consumer.events).toContainEqual(
        expect.objectContaining({ event: "commit-failed", offset: 102 }),
      );
    },
  );

  it("treats a failed commit as in doubt: only the position decides", async () => {
    const broker = aBroker({ failing: "commit" });
    using consumer = await anOnceConsumer(broker);
    consumer.told.onAssigned([3]);
    await turns();
    broker.asked.length = 0;
    await consumer.take(aBatch([0, 1, 2], { asked: broker.asked }).batch);

    expect(broker.asked.slice(2)).toEqual(["g-3: commit", "g-3: disconnect", "give up"]);
    expect(consumer.counts()).toMatchObject({ tried: 2, covered: 0, inHand: 0 });

    broker.asked.length = 0;
    broker.failing = undefined;
    broker.position = 102;
    await consumer.take(aBatch([0, 1, 2], { asked: broker.asked }).batch);
    expect(broker.asked.slice(0, 4)).toEqual(["g-3: take", "position", "position", "advance to 102"]);
    expect(broker.asked[4]).toBe("g-3: send 2 to t-output");
  });

  it("takes the id again only after the group has confirmed its membership", async () => {
    const broker = aBroker({ failing: "commit" });
    using consumer = await anOnceConsumer(broker);
    consumer.told.onAssigned([3]);
    await turns();
    // The client sends no heartbeat within their interval, so it would not learn of a change.
    await consumer.take(aBatch([0, 1], { asked: broker.asked }).batch);
    broker.asked.length = 0;
    let member = true;
    const { batch } = aBatch([0, 1], {
      asked: broker.asked,
      isCurrent: () => member,
      confirmMembership: () => {
        member = false;
        throw new Error("unknown member");
      },
    });

    await expect(consumer.take(batch)).rejects.toThrow("unknown member");
    expect(broker.asked).toEqual([]);
  });

  it("takes no id for a batch of a revoked partition", async () => {
    const broker = aBroker();
    using consumer = await anOnceConsumer(broker);
    consumer.told.onAssigned([3]);
    await turns();
    consumer.told.onAssigned([]);
    await turns();
    broker.asked.length = 0;
    await consumer.take(aBatch([0, 1], { asked: broker.asked, isCurrent: () => false }).batch);
    // Nor if the client has not learned of it yet: the assignment decides.
    await consumer.take(aBatch([0, 1], { asked: broker.asked }).batch);

    expect(broker.asked).toEqual([]);
    expect(consumer.counts()).toMatchObject({ began: 0, inHand: 0 });
  });

  it("asks nothing about an outdated batch, even if it could take the id", async () => {
    const broker = aBroker({ failing: "take" });
    using consumer = await anOnceConsumer(broker);
    consumer.told.onAssigned([3]);
    await turns();
    broker.asked.length = 0;
    const confirmMembership = (): void => void broker.asked.push("confirm");
    await consumer.take(aBatch([0], { isCurrent: () => false, confirmMembership }).batch);

    expect(broker.asked).toEqual([]);
  });

  it("leaves a partition alone that is revoked while the group confirms the membership", async () => {
    const broker = aBroker({ failing: "take" });
    using consumer = await anOnceConsumer(broker);
    consumer.told.onAssigned([3]);
    await turns();
    broker.asked.length = 0;
    const confirmMembership = (): void => consumer.told.onAssigned([]);
    await consumer.take(aBatch([0], { asked: broker.asked, confirmMembership }).batch);

    expect(broker.asked).toEqual([]);
  });

  it.each([
    ["none", undefined],
    ["a lower position", 7],
  ])(
    "drops nothing of a log that restarts below the position it took, when the group has %s now",
    async (_, position) => {
      const broker = aBroker();
      using consumer = await anOnceConsumer(broker);
      consumer.told.onAssigned([3]);
      await turns();
      broker.asked.length = 0;
      broker.position = position;
      await consumer.take(aBatch([0, 1], { asked: broker.asked, first: 7 }).batch);

      expect(broker.asked).toEqual([
        "position",
        "g-3: send 0 1 to t-output",
        "g-3: offset 9 of t for g",
        "g-3: commit",
        "advance to 9",
      ]);
      broker.asked.length = 0;
      await consumer.take(aBatch([2], { asked: broker.asked, first: 9 }).batch);
      expect(broker.asked[0]).toBe("g-3: send 2 to t-output");
    },
  );

  it("starts no batch while the id cannot be taken, and tries again with the next", async () => {
    const broker = aBroker({ failing: "take" });
    using consumer = await anOnceConsumer(broker);
    consumer.told.onAssigned([3]);
    await turns();
    await consumer.take(aBatch([0]).batch);
    expect(consumer.counts()).toMatchObject({ fetched: 1, began: 0, inHand: 0 });

    broker.failing = undefined;
    await consumer.take(aBatch([0]).batch);
    expect(consumer.counts()).toMatchObject({ began: 1, covered: 1, inHand: 0 });
  });

  it("sends only the identity of a message", async () => {
    const broker = aBroker();
    using consumer = await anOnceConsumer(broker);
    consumer.told.onAssigned([3]);
    await consumer.take(aBatch([5]).batch);

    expect(broker.sent.map(({ value, partition }) => [value.length, partition])).toEqual([[headerLength, 3]]);
  });
});

interface Broker {
  asked: string[];
  sent: { value: Buffer; partition: number }[];
  /** The calls that fail. */
  failing: string | undefined;
  position: number | undefined;
  transactional(id: string): TransactionalClient;
}

/** Logs the calls under each id. */
function aBroker({ failing, position = 100 }: { failing?: string; position?: number } = {}): Broker {
  const broker: Broker = { asked: [], sent: [], failing, position, transactional };
  const read = messageReader(runId);
  const answer = async (id: string, what: string): Promise<void> => {
    broker.asked.push(`${id}: ${what}`);
    if (broker.failing === what.split(" ")[0]) throw new Error(`no ${what}`);
  };
  function transactional(id: string): TransactionalClient {
    const transaction: Transaction = {
      send: async (topic, records) => {
        const identity = { producer: 0, number: 0, sentAt: 0 };
        const numbers = records.map(({ value }) => read(value, identity) && identity.number);
        await answer(id, `send ${numbers.join(" ")} to ${topic}`);
        broker.sent.push(...records);
      },
      sendOffset: (group, topic, _, offset) => answer(id, `offset ${offset} of ${topic} for ${group}`),
      commit: () => answer(id, "commit"),
      abort: () => answer(id, "abort"),
    };
    return {
      take: () => answer(id, "take"),
      begin: async () => transaction,
      disconnect: () => answer(id, "disconnect"),
    };
  }
  return broker;
}

async function anOnceConsumer(broker: Broker): Promise<Consuming> {
  return await aConsumer({
    guarantee: "effectively-once",
    commitEvery: 2,
    transactional: broker.transactional,
    position: () => {
      broker.asked.push("position");
      return broker.position;
    },
  });
}

/** Lets everything happen that is not blocked. */
async function turns(): Promise<void> {
  for (let turn = 0; turn < 5; turn++) await new Promise((resolve) => setImmediate(resolve));
}
