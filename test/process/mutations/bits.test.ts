import { readFileSync } from "node:fs";

import { describe, expect, it } from "vitest";

import {
  type BoxDescription,
  descriptionAt,
  checkedFrom,
  sectionsOf,
} from "../../../src/ledger/box/format.js";
import { rowWords } from "../../../src/ledger/box/request-rows.js";
import { everyFate } from "../../support/healthy-run.js";
import { boxesOf, caughtBy, withBytes } from "./mutate.js";

describe("a flipped bit", () => {
  it("in any plane of any black box, of a killed life or not, is detected", { timeout: 60_000 }, async () => {
    using run = everyFate();
    const missed: string[] = [];
    for (const { path, name } of boxesOf(run)) {
      const { planes } = sectionsOf(descriptionOf(path));
      for (const plane of planes) {
        for (let bit = 0; bit < plane.length * 32; bit++) {
          using _flipped = withBytes(
            path,
            plane.at + Math.floor(bit / 8),
            (bytes) => (bytes[0]! ^= 1 << (bit % 8)),
          );
          const check = await caughtBy(run);
          if (check !== "bits-against-counters")
            missed.push(`bit ${bit} of ${plane.name} in ${name}: ${check}`);
        }
      }
    }

    expect(missed).toEqual([]);
    expect(await caughtBy(run)).toBe("nothing");
  });

  it("in any row of a request, listed or not, is detected", { timeout: 60_000 }, async () => {
    using run = everyFate();
    const missed: string[] = [];
    for (const { path, name, kind } of boxesOf(run)) {
      if (kind !== "producer") continue;
      const { requests } = sectionsOf(descriptionOf(path));
      // Every word of all rows, and every bit of one.
      for (let bit = 0; bit < requests.length * 32; bit += bit < rowWords * 32 ? 1 : 31) {
        using _flipped = withBytes(
          path,
          requests.at + Math.floor(bit / 8),
          (bytes) => (bytes[0]! ^= 1 << (bit % 8)),
        );
        const check = await caughtBy(run);
        if (check !== "requests-as-listed") missed.push(`bit ${bit} of the rows in ${name}: ${check}`);
      }
    }

    expect(missed).toEqual([]);
  });
});

function descriptionOf(path: string): BoxDescription {
  const header = readFileSync(path).subarray(0, descriptionAt + 512);
  return JSON.parse(
    header.toString("utf8", descriptionAt, descriptionAt + header.readUInt32LE(checkedFrom)),
  ) as BoxDescription;
}
