import { describe, expect, it } from "vitest";

import type { ProducerClient } from "../../../../src/kafka/driver.js";
import { idempotentProducer } from "../../../../src/kafka/kafkajs/producer.js";

const records = [{ value: Buffer.from("x"), partition: 0 }];

describe("an idempotent producer", () => {
  it("keeps its client while its sends succeed", async () => {
    const { open, clients } = clientsThat(() => {});
    const producer = idempotentProducer(open);
    await producer.connect();
    for (let sends = 0; sends < 3; sends++) await producer.send("t", records);

    expect(clients).toEqual([["connect", "send", "send", "send"]]);
  });

  it("replaces its client after a failed send, whose records may be stored", async () => {
    const { open, clients } = clientsThat((client, call) => {
      if (client === 0 && call === "send") throw new Error("unanswered");
    });
    const producer = idempotentProducer(open);
    await producer.connect();
    await expect(producer.send("t", records)).rejects.toThrow("unanswered");
    await Promise.all([producer.send("t", records), producer.send("t", records)]);
    await producer.disconnect();

    expect(clients).toEqual([
      ["connect", "send", "disconnect"],
      ["connect", "send", "send", "disconnect"],
    ]);
  });

  it("replaces its client until one connects, and sends nothing before that", async () => {
    const { open, clients } = clientsThat((client, call) => {
      if (client === 0 && call === "send") throw new Error("unanswered");
      if (client === 1 && call === "connect") throw new Error("refused");
    });
    const producer = idempotentProducer(open);
    await producer.connect();
    await expect(producer.send("t", records)).rejects.toThrow("unanswered");
    const both = await Promise.allSettled([producer.send("t", records), producer.send("t", records)]);
    await producer.send("t", records);

    expect(both.map(({ status }) => status)).toEqual(["rejected", "rejected"]);
    expect(clients).toEqual([
      ["connect", "send", "disconnect"],
      ["connect", "disconnect"],
      ["connect", "send"],
    ]);
  });
});

type Call = keyof ProducerClient;

/** Clients that record their calls, in the order in which they are opened. */
function clientsThat(onCall: (client: number, call: Call) => void) {
  const clients: Call[][] = [];
  const open = (): ProducerClient => {
    const client = clients.push([]) - 1;
    const called = (call: Call) => async (): Promise<void> => {
      clients[client]!.push(call);
      onCall(client, call);
    };
    return { connect: called("connect"), send: called("send"), disconnect: called("disconnect") };
  };
  return { open, clients };
}
