import fc from "fast-check";
import { describe, expect, it } from "vitest";

import { countBits, hasBit, lowBits, popcount } from "../../../../src/ledger/box/bits.js";
import { digestOf, digestOfBit, emptyDigest } from "../../../../src/ledger/box/digest.js";
import { Plane } from "../../../../src/ledger/box/plane.js";

describe("bits", () => {
  it("are counted like binary digits", () => {
    fc.assert(
      fc.property(
        fc.integer(),
        (word) => popcount(word) === (word >>> 0).toString(2).replaceAll("0", "").length,
      ),
    );
    expect([popcount(0), popcount(-1), popcount(1 << 31)]).toEqual([0, 32, 1]);
  });

  it("below a count are the lowest ones, limited to the word", () => {
    for (let count = -40; count <= 80; count++) {
      const bits = Math.min(32, Math.max(0, count));
      expect(lowBits(count) >>> 0, String(count)).toBe(2 ** bits - 1);
    }
  });

  it("are exactly those that were marked, in any order", () => {
    fc.assert(
      fc.property(fc.array(fc.nat(199)), (indexes) => {
        const words = new Uint32Array(7);
        const counters = new Float64Array(2);
        const digests = Uint32Array.of(emptyDigest);
        const plane = new Plane(words, counters, digests, { counter: 1, pending: 0, plane: 0 });
        const marked = new Set<number>();
        for (const index of indexes) {
          expect(plane.mark(index)).toBe(!marked.has(index));
          marked.add(index);
        }
        for (let index = 0; index < 200; index++) {
          expect(hasBit(words, index)).toBe(marked.has(index));
          expect(plane.has(index)).toBe(marked.has(index));
        }
        expect([countBits(words), plane.count, counters[0]]).toEqual([marked.size, marked.size, 0]);
        expect(digests[0]).toBe(digestOf(words));
      }),
    );
  });

  it("have a digest that is the sum of the bits' own digests", () => {
    fc.assert(
      fc.property(fc.uint32Array({ maxLength: 20 }), (words) => {
        let sum = emptyDigest;
        for (let index = 0; index < words.length * 32; index++) {
          if (hasBit(words, index)) sum = (sum + digestOfBit(index)) % 2 ** 32;
        }
        expect(digestOf(words)).toBe(sum);
      }),
    );
  });

  it("have a different digest, when any one of them moves", () => {
    const digests = new Set(Array.from({ length: 100_000 }, (_, index) => digestOfBit(index)));

    // Among 100,000 random numbers below 2^32, one equal pair is expected.
    expect(digests.size).toBeGreaterThan(99_980);
  });
});
