import fc from "fast-check";
import { expect, it } from "vitest";

import { clientIdOf } from "../../../../src/ledger/record/run-record.js";
import { produceBytes } from "../../../../src/plan/predict/request-bytes.js";
import { encodeRequest } from "../../kafka/encode-request.js";

/** As the encoder of the tests calls them. */
const names = { clientId: "a-client", topic: "a-topic" };

it("knows how long a produce request is, as kafkajs encodes it", async () => {
  const order = fc.record({
    messages: fc.integer({ min: 1, max: 200 }),
    partitions: fc.integer({ min: 1, max: 5 }),
    size: fc.integer({ min: 40, max: 20_000 }),
  });
  await fc.assert(
    fc.asyncProperty(order, async ({ messages, partitions, size }) => {
      const batches: Record<number, Buffer[]> = {};
      for (let number = 0; number < messages; number++) {
        (batches[number % partitions] ??= []).push(Buffer.alloc(size));
      }

      expect(produceBytes(names, { messages, partitions, size })).toBe(
        (await encodeRequest(1, batches)).length,
      );
    }),
    { numRuns: 50 },
  );
});

it("takes a client's name for as long as it is", () => {
  const life = { role: "producer", worker: 3, life: 0 } as const;

  expect(clientIdOf("0123456789abcdef", life)).toHaveLength("lossbound-xxxxxxxx-producer-3-0".length);
});
