import fc from "fast-check";
import { describe, expect, it } from "vitest";

import {
  addBuckets,
  bucketCount,
  countBelow,
  quantile,
  record,
  spansOf,
  sumOf,
} from "../../../../src/ledger/box/histogram.js";

const range = 2 ** 31;

describe("a histogram", () => {
  it("returns each value at most 3.2 % too high and never too low", () => {
    fc.assert(
      fc.property(fc.oneof(fc.integer({ min: 0, max: range - 1 }), fc.nat(5000)), (value) => {
        const read = quantile(of(value), 0.5);
        expect(read).toBeGreaterThanOrEqual(value);
        expect(read - value).toBeLessThanOrEqual(0.032 * value);
      }),
      { numRuns: 3000 },
    );
  });

  it("also returns each value at the border of two buckets", () => {
    for (let octave = 0; octave < 31; octave++) {
      for (const value of [2 ** octave - 1, 2 ** octave, 2 ** octave + 1]) {
        const read = quantile(of(value), 1);
        expect(read, String(value)).toBeGreaterThanOrEqual(value);
        expect(read - value, String(value)).toBeLessThanOrEqual(0.032 * value);
      }
    }
  });

  it("counts values below a power of two exactly, and sums to within 1.6 %", () => {
    fc.assert(
      fc.property(
        fc.array(fc.integer({ min: 0, max: 2 ** 27 })),
        fc.integer({ min: 5, max: 27 }),
        (values, power) => {
          const buckets = of(...values);
          expect(countBelow(buckets, power)).toBe(values.filter((value) => value < 2 ** power).length);
          const sum = values.reduce((all, value) => all + value, 0);
          expect(Math.abs(sumOf(buckets) - sum)).toBeLessThanOrEqual(0.016 * sum);
        },
      ),
    );
  });

  it("accepts every number", () => {
    for (const value of [
      -1,
      0.5,
      Number.NaN,
      Number.POSITIVE_INFINITY,
      Number.NEGATIVE_INFINITY,
      range,
      1e300,
    ]) {
      const buckets = of(value);
      expect(buckets.length).toBe(bucketCount);
      expect(
        buckets.reduce((sum, count) => sum + count, 0),
        String(value),
      ).toBe(1);
    }
  });

  it("has the quantiles of the values themselves, within 3.2 %", () => {
    const some = fc.array(fc.integer({ min: 0, max: 10_000_000 }), { minLength: 1, maxLength: 200 });
    fc.assert(
      fc.property(some, fc.double({ min: 0, max: 1, noNaN: true }), (values, q) => {
        const exact = values.toSorted((a, b) => a - b)[Math.max(0, Math.ceil(q * values.length) - 1)]!;
        const read = quantile(of(...values), q);
        expect(read).toBeGreaterThanOrEqual(exact);
        expect(read).toBeLessThanOrEqual(exact * 1.032);
      }),
    );
  });

  it("merges with another as if all values had gone into one", () => {
    const sum = of(1, 50, 70_000);
    addBuckets(sum, of(50, 2_000_000));

    expect(sum).toEqual(of(1, 50, 50, 70_000, 2_000_000));
  });

  it("has contiguous spans that hold each value, from the first to the last", () => {
    const some = fc.array(fc.integer({ min: 0, max: range - 1 }), { minLength: 1, maxLength: 50 });
    fc.assert(
      fc.property(some, (values) => {
        const spans = spansOf(of(...values));
        for (const { fromUs, toUs, count } of spans)
          expect(values.filter((value) => value >= fromUs && value < toUs)).toHaveLength(count);
        expect(spans.reduce((sum, { count }) => sum + count, 0)).toBe(values.length);
        expect(spans.slice(1).map(({ fromUs }) => fromUs)).toEqual(
          spans.slice(0, -1).map(({ toUs }) => toUs),
        );
        expect([spans[0]!.count, spans.at(-1)!.count]).not.toContain(0);
      }),
    );
    expect(spansOf(of())).toEqual([]);
  });

  it("has only quantiles of 0 while it is empty", () => {
    expect(quantile(of(), 0.99)).toBe(0);
  });
});

function of(...values: number[]): Float64Array {
  const buckets = new Float64Array(bucketCount);
  for (const value of values) record(buckets, value);
  return buckets;
}
