import { expect, it } from "vitest";

import { evidenceOf } from "../../../../src/experiment/faults/oversize.js";

it.each([
  ["was never sent", 2_000_000, false, 1_000_000, null],
  ["was sent to brokers that do not report their limit", 2_000_000, true, undefined, null],
  ["exceeds the brokers' limit", 1_000_001, true, 1_000_000, true],
  ["is exactly at the brokers' limit", 1_000_000, true, 1_000_000, false],
])("a message that %s has inForce %5$j", (_, size, sent, taken, inForce) => {
  expect(evidenceOf(size, sent, taken).inForce).toBe(inForce);
});
