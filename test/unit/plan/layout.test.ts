import fc from "fast-check";
import { describe, expect, it } from "vitest";

import { layOut, partitionOf } from "../../../src/plan/layout.js";

const someMessages = fc.integer({ min: 1, max: 1_000_000 });
const someProducers = fc.integer({ min: 1, max: 50 });

describe("a layout", () => {
  it("shares all messages out, as evenly as can be", () => {
    fc.assert(
      fc.property(someMessages, someProducers, (messages, producers) => {
        const layout = layOut(messages, producers);

        expect(layout.messages).toHaveLength(producers);
        expect(layout.messages.reduce((sum, count) => sum + count, 0)).toBe(messages);
        expect(layout.planned).toBe(messages);
        expect(Math.max(...layout.messages) - Math.min(...layout.messages)).toBeLessThanOrEqual(1);
      }),
    );
  });

  it("gives each producer words of its own, one behind the other", () => {
    fc.assert(
      fc.property(someMessages, someProducers, (messages, producers) => {
        const { bases, messages: counts, words } = layOut(messages, producers);
        let word = 0;
        for (const [producer, base] of bases.entries()) {
          expect(base).toBe(word * 32);
          word += Math.ceil(counts[producer]! / 32);
        }

        expect(words).toBe(word);
      }),
    );
  });

  it("says what it should, for a plan that does not divide", () => {
    expect(layOut(100, 3)).toEqual({ messages: [34, 33, 33], bases: [0, 64, 128], planned: 100, words: 6 });
  });
});

describe("the partition of a message", () => {
  it("takes turns, and begins with another one for each producer", () => {
    expect([0, 1, 2, 3].map((number) => partitionOf(number, 0, 3))).toEqual([0, 1, 2, 0]);
    expect([0, 1, 2, 3].map((number) => partitionOf(number, 1, 3))).toEqual([1, 2, 0, 1]);
  });

  it("is one that there is", () => {
    fc.assert(
      fc.property(fc.nat(), fc.nat(100), fc.integer({ min: 1, max: 50 }), (number, producer, partitions) => {
        const partition = partitionOf(number, producer, partitions);
        expect(partition >= 0 && partition < partitions && Number.isInteger(partition)).toBe(true);
      }),
    );
  });
});
