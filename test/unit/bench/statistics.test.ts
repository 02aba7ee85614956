import { describe, expect, test } from "vitest";

import { estimate, medianOf } from "../../../bench/statistics.js";

const oneTo = (count: number): number[] => Array.from({ length: count }, (_, place) => count - place);

describe("the interval of a median", () => {
  // The ranks that tables of the sign test give for 95 %.
  test.each([
    { count: 6, low: 1, high: 6 },
    { count: 15, low: 4, high: 12 },
    { count: 25, low: 8, high: 18 },
    { count: 100, low: 40, high: 61 },
  ])("lies between the values of rank $low and $high of $count", ({ count, low, high }) => {
    expect(estimate(oneTo(count))).toEqual({ median: (count + 1) / 2, low, high });
  });

  test("is all there is where there are too few values", () => {
    expect(estimate([3, 1, 2])).toEqual({ median: 2, low: 1, high: 3 });
  });
});

test("the median of an even number of values lies between the middle two", () => {
  expect(medianOf([4, 1, 3, 2])).toBe(2.5);
});
