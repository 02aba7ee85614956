import { describe, expect, it } from "vitest";

import { sendFieldOf, sendRowWords, storeSend, storeSettled } from "../../../../src/ledger/box/send-rows.js";
import { checkSends } from "../../../../src/ledger/box/sends.js";

const next = 30;

/** Two rows, the first of them answered, and room for one more. */
function someRows(): Uint32Array {
  const words = new Uint32Array(3 * sendRowWords);
  storeSend(words, 0, { first: 0, at: 4_000_000_000 });
  storeSettled(words, 0, 4_000_000_007);
  storeSend(words, 1, { first: 20, at: 4_000_000_010 });
  return words;
}

function check(words: Uint32Array, { killed = false, count = 2 } = {}) {
  const counters = { sendsListed: count, next };
  return checkSends("life.box", words, { killed, firstNumber: 0, counter: (name) => counters[name] });
}

describe("the rows of a life's sends", () => {
  it("are read as they were stored", () => {
    const { words, count } = check(someRows());
    const rows = [0, 1].map((row) =>
      ["first", "settledAt"].map((name) => sendFieldOf(words, row, name as "first")),
    );

    expect(count).toBe(2);
    expect(rows).toEqual([
      [0, 4_000_000_007],
      [20, 0],
    ]);
  });

  it("are rejected with any bit changed, in a life that ended in order", () => {
    const words = someRows();
    const missed: number[] = [];
    for (let bit = 0; bit < words.length * 32; bit++) {
      const change = (): number => (words[bit >>> 5]! ^= 1 << (bit & 31));
      change();
      try {
        check(words);
        missed.push(bit);
      } catch (error) {
        expect(error).toMatchObject({ code: "HARNESS", check: "sends-as-listed" });
      }
      change();
    }

    expect(missed).toEqual([]);
  });

  it("may be cut by a kill, in the row after the last one or between an answer and its check", () => {
    const begun = someRows();
    begun[2 * sendRowWords] = next;
    const answered = someRows();
    answered[sendRowWords + 2] = 4_000_000_020;

    for (const words of [begun, answered]) {
      expect(() => check(words)).toThrow("not the 2 that were counted");
      expect(check(words, { killed: true }).count).toBe(2);
    }
  });

  it("are rejected if their number differs from the life's count, killed or not", () => {
    for (const killed of [true, false])
      expect(() => check(someRows(), { count: 1, killed })).toThrow("not the 1 that were counted");
    expect(() => check(someRows(), { count: 3 })).toThrow("not the 3 that were counted");
  });

  it("are rejected if their numbers do not increase, do not start with the life, or were never sent", () => {
    for (const [index, first] of [
      [1, 0],
      [0, 1],
      [1, next + 1],
    ] as const) {
      const words = someRows();
      storeSend(words, index, { first, at: 4_000_000_010 });
      expect(() => check(words), `${first} in row ${index}`).toThrow("not the 2 that were counted");
    }
  });
});
