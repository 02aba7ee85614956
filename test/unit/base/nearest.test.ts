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
])("%j is near to %j", (written, name) => {
  expect(nearest(written, keys)).toBe(name);
});

test("of several near names the nearest is meant", () => {
  expect(nearest("at", ["after", "bat", "at"])).toBe("at");
});
