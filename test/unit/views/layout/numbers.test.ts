import { expect, test } from "vitest";

import {
  formatCount,
  formatMs,
  formatPercent,
  formatSpan,
  noNumber,
} from "../../../../src/views/layout/numbers.js";

test("a count has its thousands apart", () => {
  expect(formatCount(1_234_567)).toBe("1,234,567");
});

test("what is no number is not shown as one", () => {
  expect(formatCount(Number.NaN)).toBe(noNumber);
  expect(formatMs(Number.POSITIVE_INFINITY)).toBe(noNumber);
  expect(formatPercent(Number.NaN)).toBe(noNumber);
});

test("one lost message of a million is never shown as none, nor all but one as all", () => {
  expect(formatPercent(1e-6)).toBe("under 0.01 %");
  expect(formatPercent(1 - 1e-6)).toBe("over 99.99 %");
  expect(formatPercent(0)).toBe("0.00 %");
  expect(formatPercent(1)).toBe("100.00 %");
});

test("a time has the unit that suits it", () => {
  expect([0.42, 12.3, 2_150].map(formatMs)).toEqual(["0.4 ms", "12 ms", "2.15 s"]);
  expect([0, 500, 2_500, 3_000].map(formatSpan)).toEqual(["0 s", "500 ms", "2.5 s", "3 s"]);
});
