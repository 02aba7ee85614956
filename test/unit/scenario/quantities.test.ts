import fc from "fast-check";
import { describe, expect, test } from "vitest";

import {
  bandwidths,
  durations,
  fineDurations,
  formatDuration,
  formatLimit,
  formatRate,
  formatShare,
  formatSize,
  readRate,
  readShare,
  type Scale,
  sizes,
} from "../../../src/scenario/quantities.js";

describe("a duration", () => {
  test.each([
    ["0s", 0],
    ["500ms", 500],
    ["3s", 3_000],
    ["1.5s", 1_500],
    ["1.005s", 1_005],
    ["2m", 120_000],
  ])("%s is %d ms", (text, ms) => {
    expect(durations.read(text)).toBe(ms);
  });

  test.each(["", "3", "s", "-1s", "3 s", "3S", "1e3s", "3s ", "0.5ms", ".5s", "1.s", "1h", "NaNs"])(
    "%j is none",
    (text) => {
      expect(durations.read(text)).toBeUndefined();
    },
  );

  test("too large to be exact is none", () => {
    expect(durations.read("999999999999999m")).toBeUndefined();
  });

  test("of a slicer is in microseconds, with either µ", () => {
    expect(["7us", "7\u00b5s", "7\u03bcs", "5ms"].map(fineDurations.read)).toEqual([7, 7, 7, 5_000]);
  });
});

test("a KB is 1,000 bytes and a KiB 1,024", () => {
  expect(["200B", "10KB", "1.5KB", "1KiB", "1MB", "1MiB"].map(sizes.read)).toEqual([
    200, 10_000, 1_500, 1_024, 1_000_000, 1_048_576,
  ]);
  expect(["1kb", "200", "0.5B"].map(sizes.read)).toEqual([undefined, undefined, undefined]);
});

test("a bandwidth is in KB/s", () => {
  expect(["5KB/s", "2MB/s", "5KB", "0.5KB/s"].map(bandwidths.read)).toEqual([5, 2_000, undefined, undefined]);
});

test("a rate may be a fraction, but not nothing", () => {
  expect(["2000/s", "0.5/s"].map(readRate)).toEqual([2_000, 0.5]);
  expect(["0/s", "2000", "-1/s", "1/m", `${"9".repeat(400)}/s`].map(readRate)).toEqual(
    Array(5).fill(undefined),
  );
});

test("a share is from 0% to 100%", () => {
  expect(["0%", "2%", "0.5%", "100%"].map(readShare)).toEqual([0, 0.02, 0.005, 1]);
  expect(["100.1%", "-1%", "2", "2 %", "%"].map(readShare)).toEqual(Array(5).fill(undefined));
});

test("quantities are written in the unit that makes them short", () => {
  expect([0, 500, 1_500, 3_000, 90_000, 120_000].map(formatDuration)).toEqual([
    "0ms",
    "500ms",
    "1500ms",
    "3s",
    "90s",
    "2m",
  ]);
  expect([200, 10_000, 1_024, 900_000].map(formatSize)).toEqual(["200B", "10KB", "1KiB", "900KB"]);
  expect(formatRate(2_000)).toBe("2000/s");
  expect(formatLimit({ kind: "count", value: 40 })).toBe("40");
  expect(formatLimit({ kind: "share", value: 0.07 })).toBe("7%");
});

describe("what is written reads back as the same quantity", () => {
  const scales: [string, Scale][] = [
    ["a duration", durations],
    ["a duration in microseconds", fineDurations],
    ["a size", sizes],
    ["a bandwidth", bandwidths],
  ];
  test.each(scales)("%s", (_, scale) => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 1e14 }), (value) => {
        expect(scale.read(scale.write(value))).toBe(value);
      }),
    );
  });

  test("a duration, whatever its unit", () => {
    const units = fc.constantFrom<[string, number]>(["ms", 1], ["s", 1_000], ["m", 60_000]);
    fc.assert(
      fc.property(fc.nat(), units, (amount, [unit, factor]) => {
        expect(durations.read(`${amount}${unit}`)).toBe(amount * factor);
      }),
    );
  });

  test("a rate", () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 1e9 }), fc.constantFrom(1, 2, 8, 10), (amount, parts) => {
        expect(readRate(formatRate(amount / parts))).toBe(amount / parts);
      }),
    );
  });

  test("a share", () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 1e8 }), (millionths) => {
        const share = readShare(`${(millionths / 1e6).toFixed(6)}%`) ?? Number.NaN;
        expect(readShare(formatShare(share))).toBe(share);
      }),
    );
  });
});
