import { describe, expect, it } from "vitest";

import { checkLog } from "../../src/ledger/log-checks.js";
import type { PartitionRecord } from "../../src/ledger/run-record.js";

describe("the log", () => {
  it("agrees with itself where everything was read and committed", () => {
    expect(refusalOf({}, [{}, {}])).toBeUndefined();
  });

  it("agrees with itself where it starts late, and the group's position is from before that", () => {
    expect(refusalOf({ uncommitted: 10 }, [{ start: 5, end: 15, position: 3 }, {}])).toBeUndefined();
    expect(refusalOf({ uncommitted: 10 }, [{ start: 5, end: 15, position: null }, {}])).toBeUndefined();
  });

  it("may have several copies of a message, and each of them above the position", () => {
    expect(refusalOf({ stored: 15, storedAgain: 3 }, [{}, {}])).toBeUndefined();
    expect(refusalOf({ stored: 19, storedAgain: 1, uncommitted: 1 }, [{ position: 8 }, {}])).toBeUndefined();
  });

  it.each([
    ["more records than messages, and none of them twice", { stored: 19 }],
    ["fewer records than messages", { stored: 21 }],
    ["fewer records than messages and second copies", { stored: 18, storedAgain: 3 }],
    ["another number of records than its partitions", { records: 21, stored: 21 }],
  ])("is refused with %s", (_, counts) => {
    expect(refusalOf(counts, [{}, {}])).toBe("log-against-offsets");
  });

  it("is refused with a partition whose offsets are not its records", () => {
    expect(refusalOf({}, [{ end: 11 }, { end: 9 }])).toBe("log-against-offsets");
  });

  it("is refused with a position beyond its end, though another one is as much behind", () => {
    expect(refusalOf({}, [{ position: 11 }, { position: 9 }])).toBe("position-within-log");
  });

  it("is refused with more or fewer records above the positions than the bits say", () => {
    expect(refusalOf({ uncommitted: 1 }, [{}, {}])).toBe("position-within-log");
    expect(refusalOf({ uncommitted: 1 }, [{ position: 8 }, {}])).toBe("position-within-log");
    expect(refusalOf({ uncommitted: 3 }, [{ position: 8 }, {}])).toBe("position-within-log");
  });
});

/** Two partitions of ten records each, twenty messages, all committed. */
function refusalOf(
  counts: Partial<Parameters<typeof checkLog>[0]>,
  partitions: readonly Partial<PartitionRecord>[],
): string | undefined {
  const whole = { start: 0, end: 10, records: 10, position: 10 };
  try {
    checkLog(
      { records: 20, stored: 20, storedAgain: 0, uncommitted: 0, ...counts },
      partitions.map((changes, partition) => ({ partition, ...whole, ...changes })),
    );
    return undefined;
  } catch (error) {
    return (error as { check?: string }).check;
  }
}
