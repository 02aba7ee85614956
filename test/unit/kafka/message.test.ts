import fc from "fast-check";
import { describe, expect, it } from "vitest";

import { headerLength, messageReader, messageWriter } from "../../../src/kafka/message.js";

const runId = "00112233445566778899aabbccddeeff";
const anyRunId = fc
  .uint8Array({ minLength: 16, maxLength: 16 })
  .map((bytes) => Buffer.from(bytes).toString("hex"));

describe("a message", () => {
  it("carries its identity, for any size, number and time", () => {
    const identity = fc.record({
      producer: fc.integer({ min: 0, max: 2 ** 32 - 1 }),
      from: fc.integer({ min: 0, max: 2 ** 52 }),
      count: fc.integer({ min: 1, max: 20 }),
      sentAt: fc.double({ min: 0, max: 4e12, noNaN: true }),
      size: fc.integer({ min: headerLength, max: 300 }),
    });
    fc.assert(
      fc.property(anyRunId, identity, (run, { producer, from, count, sentAt, size }) => {
        const values = messageWriter(run, producer, size)(from, from + count, sentAt);
        const read = messageReader(run);

        expect(values.map(({ length }) => length)).toEqual(Array.from({ length: count }, () => size));
        for (const [index, value] of values.entries()) {
          const found = { producer: -1, number: -1, sentAt: -1 };
          expect(read(value, found)).toBe(true);
          expect(found).toEqual({ producer, number: from + index, sentAt });
        }
      }),
    );
  });

  it("is not changed by a later message of the same producer", () => {
    const write = messageWriter(runId, 3, 100);
    const [first] = write(7, 8, 1000);
    write(8, 20, 2000);

    expect(identityOf(first!)).toEqual({ producer: 3, number: 7, sentAt: 1000 });
  });

  it("of another run is rejected, and does not change the target object", () => {
    fc.assert(
      fc.property(anyRunId, anyRunId, (run, other) => {
        fc.pre(run !== other);
        const into = { producer: 1, number: 2, sentAt: 3 };
        const [value] = messageWriter(other, 0, 100)(0, 1, 0);

        expect(messageReader(run)(value!, into)).toBe(false);
        expect(into).toEqual({ producer: 1, number: 2, sentAt: 3 });
      }),
    );
  });

  it("is rejected if any byte of its magic or run id differs", () => {
    const [value] = messageWriter(runId, 0, 60)(5, 6, 1);
    for (let at = 0; at < 20; at++) {
      const changed = Buffer.from(value!);
      changed[at]! ^= 0x80;
      expect(identityOf(changed), `byte ${at}`).toBeUndefined();
    }
  });

  it("is rejected if its value is empty, short or random", () => {
    const [value] = messageWriter(runId, 0, 60)(5, 6, 1);
    for (let length = 0; length < headerLength; length++)
      expect(identityOf(value!.subarray(0, length))).toBeUndefined();
    expect(identityOf(null)).toBeUndefined();
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 200 }), (bytes) => identityOf(Buffer.from(bytes)) === undefined),
    );
  });
});

function identityOf(value: Buffer | null): { producer: number; number: number; sentAt: number } | undefined {
  const found = { producer: -1, number: -1, sentAt: -1 };
  return messageReader(runId)(value, found) ? found : undefined;
}
