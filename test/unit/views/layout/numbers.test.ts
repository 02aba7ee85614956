import { expect, test } from "vitest";

import {
  formatCount,
  formatMs,
  formatPercent,
  formatSpan,
  noNumber,
} from "../../../../src/views/layout/numbers.js";

test("a count has thousands separators", () => {
  expect(formatCount(1_234_567)).toBe("1,234,567");
});

test("a value that is not finite is shown as a dash", () => {
  expect(formatCount(Number.NaN)).toBe(noNumber);
  expect(formatMs(Number.POSITIVE_INFINITY)).toBe(noNumber);
  expect(formatPercent(Number.NaN)).toBe(noNumber);
});

test("one lost message of a million is not shown as 0 %, nor all but one as 100 %", () => {
  expect(formatPercent(1e-6)).toBe("under 0.01 %");
  expect(formatPercent(1 - 1e-6)).toBe("over 99.99 %");
  expect(formatPercent(0)).toBe("0.00 %");
  expect(formatPercent(1)).toBe("100.00 %");
});

test("a duration has a suitable unit", () => {
  expect([0.42, 12.3, 2_150].map(formatMs)).toEqual(["0.4 ms", "12 ms", "2.15 s"]);
  expect([0, 500, 2_500, 3_000].map(formatSpan)).toEqual(["0 s", "500 ms", "2.5 s", "3 s"]);
});
