import { describe, expect, it } from "vitest";

import { EvidenceError } from "../../../src/ledger/record/evidence-error.js";
import { findRefused } from "../../../src/ledger/refusals.js";
import { type RequestRow, rowWords, storeRow } from "../../../src/ledger/box/request-rows.js";

const partitions = 2;
const startedAt = 1_700_000_000_000;
const all = [0, 1];

describe("a refusal", () => {
  it("finds the messages of its request, and those behind it on the same connection", () => {
    const { refused, behind } = found(
      [
        { connection: 0, correlationId: 1, lowest: 0, highest: 9, partitions: all },
        { connection: 0, correlationId: 2, lowest: 10, highest: 19, partitions: [1] },
        { connection: 1, correlationId: 2, broker: 8, lowest: 10, highest: 18, partitions: [0] },
        { connection: 0, correlationId: 3, lowest: 20, highest: 23, partitions: all },
        { connection: 2, correlationId: 4, lowest: 24, highest: 30, partitions: all },
      ],
      [{ correlationId: 2 }],
    );

    expect(refused).toEqual([11, 13, 15, 17, 19]);
    expect(behind).toEqual([20, 21, 22, 23]);
  });

  it("counts a later refused request on the connection as refused, not as behind", () => {
    const { refused, behind } = found(
      [1, 2, 3].map((correlationId) => ({
        correlationId,
        lowest: correlationId,
        highest: correlationId,
        partitions: all,
      })),
      [{ correlationId: 1 }, { correlationId: 2 }],
    );

    expect([refused, behind]).toEqual([[1, 2], [3]]);
  });

  it("matches the latest request with its number, when a client restarts its numbering", () => {
    const rows = [0, 30_000, 60_000].map((ms, index) => ({
      connection: index,
      correlationId: 5,
      at: startedAt + ms,
      lowest: index * 2,
      highest: index * 2 + 1,
      partitions: all,
    }));

    expect(found(rows, [{ correlationId: 5, at: startedAt + 31_000 }]).refused).toEqual([2, 3]);
    expect(found(rows, [{ correlationId: 5, at: startedAt + 1_000 }]).refused).toEqual([0, 1]);
    expect(found(rows, [{ correlationId: 5, at: startedAt + 90_000 }]).refused).toEqual([4, 5]);
  });

  it("matches a request that was handed over just after it, if none was handed over before", () => {
    const row = { correlationId: 5, partitions: all };
    const rows = [
      { ...row, connection: 0, at: startedAt, lowest: 0, highest: 1 },
      { ...row, connection: 1, at: startedAt + 300, lowest: 2, highest: 3 },
      { ...row, connection: 2, at: startedAt + 600, lowest: 4, highest: 5 },
    ];

    expect(found(rows, [{ correlationId: 5, at: startedAt + 2 }]).refused).toEqual([0, 1]);
    expect(found(rows.slice(1), [{ correlationId: 5, at: startedAt + 2 }]).refused).toEqual([2, 3]);
  });

  it("matches across the wrap of the rows' clock, which happens every 49 days", () => {
    const turn = 396 * 2 ** 32;
    const rows = [{ correlationId: 5, at: turn - 10, lowest: 0, highest: 1, partitions: all }];

    expect(found(rows, [{ correlationId: 5, at: turn + 10 }]).refused).toEqual([0, 1]);
  });

  it("contradicts the rows for a request that was never handed over, unless some could not be listed", () => {
    const rows = [{ correlationId: 5, lowest: 0, highest: 1, partitions: all }];
    const others: Partial<Refusal>[] = [
      { correlationId: 6 },
      { correlationId: 5, broker: 8 },
      { correlationId: 5, at: startedAt - 60_000 },
    ];
    for (const other of others) {
      expect(() => found(rows, [other])).toThrow(EvidenceError);
      expect(found(rows, [other], 1)).toEqual({ refused: [], behind: [] });
    }
  });
});

interface Refusal {
  broker: number;
  correlationId: number;
  at: number;
}

function found(rows: readonly Partial<RequestRow>[], refusals: readonly Partial<Refusal>[], unlisted = 0) {
  const words = new Uint32Array(rows.length * rowWords);
  for (const [index, row] of rows.entries()) {
    const whole = {
      connection: 0,
      broker: 7,
      correlationId: 0,
      at: startedAt,
      lowest: 0,
      highest: 0,
      ends: 0,
    };
    storeRow(words, index, { partitions: [], ...whole, ...row });
  }
  const refused: number[] = [];
  const behind: number[] = [];
  findRefused(
    { clientId: "p", worker: 0, partitions, requests: { words, count: rows.length, unlisted } },
    refusals.map((refusal) => ({
      broker: 7,
      correlationId: 0,
      at: startedAt + 5,
      clientId: "p",
      ...refusal,
    })),
    { refused: (number) => refused.push(number), behind: (number) => behind.push(number) },
  );
  return { refused, behind };
}
