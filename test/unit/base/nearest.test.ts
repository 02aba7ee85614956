import { expect, test } from "vitest";

import { nearest } from "../../../src/base/nearest.js";

const keys = ["count", "rate", "messages", "size"];

test.each([
  ["mesages", "messages"],
  ["Rate", "rate"],
  ["szie", "size"],
  ["sz", undefined],
  ["sizes", "size"],
  ["sent", undefined],
  ["", undefined],
  ["messages".repeat(10), undefined],
])("the nearest name to %j is %j", (written, name) => {
  expect(nearest(written, keys)).toBe(name);
});

test("nearest returns the closest of several similar names", () => {
  expect(nearest("at", ["after", "bat", "at"])).toBe("at");
});
