import { expect, test } from "vitest";

import { placeOfExpectation } from "../../../../src/scenario/file/expectation-place.js";

const own = `# A claim.
guarantee: at-most-once
producers: { rate: 1/s, messages: 1 }
expect:
  # What is lost:
  lost: { min: 1, max: 5 }
  lostBy:
    in-transit: { max: 4 }
    "refused":
      max: 0
`;

const each = `guarantee: at-most-once
producers: { rate: 1/s, messages: 1 }
expect:
  at-most-once:
    lost: 5
  at-least-once:
    lost: 0
`;

test.each([
  ["lost", 6],
  ["lostBy.in-transit", 8],
  ["lostBy.refused", 9],
  // The guarantee's own bounds stand nowhere.
  ["duplicated", 4],
  ["violations", 4],
  ["lostBy.log", 7],
  [undefined, 4],
])("%s stands in line %i of a scenario that claims for its own guarantee", (name, line) => {
  expect(placeOfExpectation(own, "at-most-once", name).line).toBe(line);
});

test("under another guarantee nothing stands there but that something is claimed", () => {
  expect(placeOfExpectation(own, "at-least-once", "lost").line).toBe(4);
});

test.each([
  ["at-most-once", "lost", 5],
  ["at-least-once", "lost", 7],
  ["at-least-once", undefined, 6],
  ["effectively-once", "lost", 3],
] as const)("claims for each guarantee: those of %s, %s, line %i", (guarantee, name, line) => {
  expect(placeOfExpectation(each, guarantee, name).line).toBe(line);
});
