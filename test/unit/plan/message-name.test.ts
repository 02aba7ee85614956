import { expect, test } from "vitest";

import { layOut } from "../../../src/plan/layout.js";
import { messageName, rangeName, readMessageName } from "../../../src/plan/message-name.js";

const two = layOut(81, 2);
const one = layOut(40, 1);

test("each message of a plan is called by its producer and its number, and read back so", () => {
  for (const [producer, count] of two.messages.entries()) {
    for (let number = 0; number < count; number++) {
      expect(readMessageName(messageName({ producer, number }), two)).toEqual({ producer, number });
    }
  }
  expect(rangeName(1, 20, 24)).toBe("1:20-24");
  expect(rangeName(1, 20, 26, 3)).toBe("1:20-26/3");
  expect(rangeName(1, 20, 20, 3)).toBe("1:20");
});

test("where there is one producer, the number is enough", () => {
  expect(readMessageName("7", one)).toEqual({ producer: 0, number: 7 });
  expect(readMessageName("0:7", one)).toEqual({ producer: 0, number: 7 });
});

test.each([
  ["0:41", "names no message of this run; allowed is PRODUCER:NUMBER, here 0:0 to 0:40, 1:0 to 1:39"],
  ["1:40", "names no message of this run"],
  ["2:0", "names no message of this run"],
  // It may be either producer's.
  ["7", "names no message of this run"],
  ["0:1-5", "names several messages"],
  ["0:1-7/3", "names several messages"],
  ["0;1", "names no message"],
  ["0:-1", "names no message"],
  ["0:1e3", "names no message"],
  ["0:0x1", "names no message"],
  [" 0:1", "names no message"],
  ["", "names no message"],
  ["99999999999999999999:0", "names no message"],
])("%j is no name, and is told what is allowed", (written, said) => {
  expect(() => readMessageName(written, two)).toThrow(said);
});

test("what is allowed stays short, however many producers there are", () => {
  expect(() => readMessageName("x", layOut(1_000, 100))).toThrow(
    /here 0:0 to 0:9, 1:0 to 1:9, 2:0 to 2:9, …, 99:0 to 99:9$/,
  );
});
