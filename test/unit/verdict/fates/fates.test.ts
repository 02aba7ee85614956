import { describe, expect, it } from "vitest";

import {
  type EvidenceBit,
  type Fate,
  evidenceBits,
  fates,
  sortIntoFates,
} from "../../../../src/verdict/fates/fates.js";
import { type Evidence, rowsOf } from "./oracle.js";

/** Every combination of the sixteen bits, `planned` among them. */
const combinations = 2 ** evidenceBits.length;

describe("fates", () => {
  it("are those of the design's table, for every combination of evidence, each at each of the 32 places", () => {
    const wrong: string[] = [];
    // A word holds 32 neighbours of the list; each pass moves the list on by one place.
    for (let shift = 0; shift < 32; shift++) {
      for (let first = 0; first < combinations; first += 32) {
        const members = Array.from({ length: 32 }, (_, place) => (first + place + shift) % combinations);
        const sorted = sort(members);
        for (const [place, member] of members.entries()) {
          const found = sorted[place]!.join(" ");
          if (found !== expected[member])
            wrong.push(`${nameOf(member)} at ${place}: ${found}, not ${expected[member]}`);
        }
      }
    }

    expect(wrong).toEqual([]);
  });

  it("are exactly one each: no message of the plan has two, or none", () => {
    // Without any evidence, and not planned, a message is none.
    for (let member = 0; member < combinations; member++) {
      const message = evidenceOf(member);
      const evident = Object.values(message).includes(true);
      expect(rowsOf(message).length, nameOf(member)).toBe(evident ? 1 : 0);
    }
  });

  it("leave no room in the plan's last word: evidence for a message that was not planned is impossible", () => {
    for (const bit of evidenceBits.slice(1)) {
      expect(fatesWith(bit), bit).toEqual(["impossible"]);
    }
  });

  it("are reached, every one of them", () => {
    expect(new Set(expected)).toEqual(new Set([...fates, ""]));
  });

  const told: [Fate, EvidenceBit[]][] = [
    ["unsent", []],
    ["client-buffer", ["s"]],
    ["client-buffer", ["s", "a", "n"]],
    ["in-transit", ["s", "a"]],
    ["rejected", ["s", "r"]],
    ["rejected", ["s", "r", "n"]],
    ["refused", ["s", "a", "z"]],
    ["unread", ["s", "a", "l"]],
    ["unread", ["s", "r", "l"]],
    ["skipped", ["s", "a", "l", "b"]],
    ["skipped", ["s", "a", "l", "b", "f"]],
    ["log", ["s", "a", "x"]],
    ["log", ["s", "a", "f"]],
    ["after-commit", ["s", "a", "l", "b", "f", "t"]],
    ["after-commit", ["s", "a", "f", "t", "c"]],
    ["in-processing", ["s", "a", "l", "b", "f", "t", "c", "g"]],
    ["unread", ["s", "a", "l", "f", "t", "c", "g"]],
    ["indeterminate", ["s", "a", "f", "t"]],
    ["indeterminate", ["s", "a", "f", "g"]],
    ["processed", ["s", "a", "l", "b", "f", "t", "c", "g", "d"]],
    ["processed", ["s", "r", "l", "b", "f", "t", "c", "g", "h", "d"]],
    ["duplicated", ["s", "a", "l", "b", "f", "t", "c", "g", "h", "d", "e"]],
    ["impossible", ["s", "a", "r"]],
    ["impossible", ["s", "a", "b"]],
    ["impossible", ["s", "a", "n", "f"]],
    ["impossible", ["s", "a", "n", "z"]],
    ["impossible", ["a"]],
  ];
  it.each(told)("%s: %j", (fate, bits) => {
    expect(fatesWith("planned", ...bits)).toEqual([fate]);
  });
});

const expected = Array.from({ length: combinations }, (_, member) => rowsOf(evidenceOf(member)).join(" "));

/** What `sortIntoFates` makes of 32 messages. */
function sort(members: readonly number[]): Fate[][] {
  const evidence = new Int32Array(evidenceBits.length);
  for (const [place, member] of members.entries()) {
    for (let bit = 0; bit < evidence.length; bit++) evidence[bit]! |= ((member >>> bit) & 1) << place;
  }
  const found = new Int32Array(fates.length);
  sortIntoFates(evidence, found);
  return members.map((_, place) => fates.filter((_fate, row) => ((found[row]! >>> place) & 1) === 1));
}

function fatesWith(...bits: EvidenceBit[]): Fate[] {
  const member = bits.reduce((sum, bit) => sum | (1 << evidenceBits.indexOf(bit)), 0);
  return sort([member])[0]!;
}

function evidenceOf(member: number): Evidence {
  return Object.fromEntries(
    evidenceBits.map((bit, place) => [bit, ((member >>> place) & 1) === 1]),
  ) as Evidence;
}

function nameOf(member: number): string {
  return evidenceBits.filter((_, bit) => ((member >>> bit) & 1) === 1).join(" ") || "nothing";
}
