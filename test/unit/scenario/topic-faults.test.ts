import { describe, expect, test } from "vitest";

import type { Fault } from "../../../src/scenario/faults.js";
import { complaintsWith, parse } from "./example.js";

const cluster = { brokers: { count: 3 }, topic: { partitions: 2, replicationFactor: 3 } };

function faultOf(written: Record<string, unknown>): Fault | undefined {
  return parse({ ...cluster, faults: [{ at: "1s", ...written }] }).faults[0];
}

function complaintsOf(written: Record<string, unknown>): string[] {
  return complaintsWith({ ...cluster, faults: [{ at: "1s", ...written }] });
}

const once = { trigger: { kind: "at", ms: 1_000 }, times: 1, every: 0 };

describe("a topic", () => {
  test.each([
    [{ deleteRecords: "all" }, { do: "delete-records", partition: undefined, upTo: undefined }],
    [{ deleteRecords: { upTo: 500 } }, { do: "delete-records", partition: undefined, upTo: 500 }],
    [{ deleteRecords: { partition: 1 } }, { do: "delete-records", partition: 1, upTo: undefined }],
    [{ retention: "500ms" }, { do: "retention", ms: 500 }],
    [{ recreateTopic: true }, { do: "recreate" }],
    [{ moveLeader: { partition: 1 } }, { do: "move-leader", partition: 1 }],
    [{ addPartitions: 3 }, { do: "add-partitions", count: 3 }],
  ])("is changed by %j", (written, action) => {
    expect(faultOf(written)).toEqual({ kind: "topic", action, ...once });
  });

  test.each([
    [
      { deleteRecords: "al" },
      'deleteRecords: found "al", allowed all, or a map of upTo and partition (did you mean "all"?)',
    ],
    [
      { deleteRecords: {} },
      "deleteRecords: found neither upTo nor partition, allowed at least one of them, or the word all",
    ],
    [
      { deleteRecords: { upTo: 0 } },
      "deleteRecords.upTo: found 0, allowed a whole number from 1 to 1000000000",
    ],
    [{ retention: "0ms" }, 'retention: found "0ms", allowed a duration such as 500ms or 3s, from 1ms to 60m'],
    [{ recreateTopic: false }, "recreateTopic: found false, allowed true"],
    [{ moveLeader: {} }, "moveLeader.partition: found nothing, allowed a whole number from 0 to 999"],
    [{ addPartitions: 0 }, "addPartitions: found 0, allowed a whole number from 1 to 999"],
  ])("is not changed by %j", (written, complaint) => {
    expect(complaintsOf(written)).toEqual([`faults[0].${complaint}`]);
  });
});

describe("the group", () => {
  test.each(["latest", "earliest", "expired"])("has its offsets reset: %s", (to) => {
    expect(faultOf({ resetOffsets: to })).toEqual({ kind: "reset-offsets", to, ...once });
  });

  test("has a member more for a while, and again when that one has left", () => {
    const storm = { join: "consumer", for: "1s", times: 3 };
    expect(faultOf({ ...storm, every: "2s" })).toEqual({
      kind: "join",
      for: 1_000,
      ...once,
      times: 3,
      every: 2_000,
    });
    expect(complaintsOf({ ...storm, every: "1s" })).toEqual([
      'faults[0].every: found "1s", allowed more than for, which is 1s',
    ]);
    expect(complaintsOf({ join: "consumer" })).toEqual([
      expect.stringMatching(/^faults\[0\]\.for: found nothing/),
    ]);
    expect(complaintsOf({ join: "producer", for: "1s" })).toEqual([
      'faults[0].join: found "producer", allowed consumer',
    ]);
  });
});

test("one message is larger than the others, and than the broker takes", () => {
  expect(faultOf({ oversize: "1200KB", worker: 0 })).toEqual({
    kind: "oversize",
    worker: 0,
    size: 1_200_000,
    ...once,
  });
  expect(complaintsOf({ oversize: "65MB" })).toEqual([
    expect.stringMatching(/^faults\[0\]\.oversize: found "65MB", allowed .* from 1B to 64MB$/),
  ]);
});

test.each([
  { deleteRecords: "all" },
  { retention: "1s" },
  { resetOffsets: "latest" },
  { join: "consumer", for: "1s" },
  { oversize: "2MB" },
])("%j falls at a moment, and again as often as it says", (written) => {
  expect(complaintsOf({ ...written, times: 2, every: "2s" })).toEqual([]);
  expect(complaintsOf({ ...written, times: 2 })).toEqual([
    "faults[0].every: found nothing, allowed a duration, since the fault falls 2 times",
  ]);
  expect(complaintsOf({ ...written, at: undefined })).toEqual([
    "faults[0]: found none of at, after, allowed exactly one of at, after",
  ]);
  expect(complaintsOf({ ...written, when: "in-commit" })).toEqual([
    expect.stringMatching(/^faults\[0\]\.when: found an unknown key/),
  ]);
});
