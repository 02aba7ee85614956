import { describe, expect, it } from "vitest";

import { recordIndex } from "../../../../src/experiment/audit/record-index.js";
import { messageWriter } from "../../../../src/kafka/message.js";
import { makePlan } from "../../../../src/plan/plan.js";
import { aScenario } from "../../../support/a-scenario.js";
import { runId } from "../../../support/black-boxes.js";

describe("the index of the message that a record is a copy of", () => {
  // Two producers of 50 messages each: the bits of the second begin at 64.
  const index = recordIndex(makePlan(aScenario({ messages: 100, producers: 2, partitions: 3 }), 1), runId);
  const recordOf = (producer: number, number: number, run = runId): Buffer =>
    messageWriter(run, producer, 100)(number, number + 1, 0)[0]!;

  it("is found, with or without the record's partition", () => {
    expect(index.of(recordOf(0, 49))).toBe(49);
    expect(index.of(recordOf(1, 0))).toBe(64);
    // The message's partition is (0 + 1) modulo 3.
    expect(index.inPartition(1, recordOf(1, 0))).toBe(64);
  });

  it("is -1, when the plan has the message in another partition", () => {
    expect(index.inPartition(0, recordOf(1, 0))).toBe(-1);
  });

  it.each([
    ["no value", null],
    ["another run's", recordOf(0, 1, "ff".repeat(16))],
    ["a number beyond the producer's last", recordOf(0, 50)],
    ["a producer that is not in the plan", recordOf(2, 0)],
  ])("is -1, when the record has %s", (_, value) => {
    expect(index.of(value)).toBe(-1);
    expect([0, 1, 2].map((partition) => index.inPartition(partition, value))).toEqual([-1, -1, -1]);
  });
});

describe("the index of a message that a command has sent", () => {
  const scenario = aScenario({ messages: 100, producers: 1, partitions: 3 });
  const producers = { ...scenario.producers, command: ["send"] };
  const restarts = {
    kind: "kill",
    role: "producer",
    worker: undefined,
    trigger: { kind: "at", ms: 1000 },
    restartAfter: 500,
    times: 1,
    every: 0,
  } as const;
  // Two lives of 50 messages each: the bits of the second begin at 64.
  const index = recordIndex(makePlan({ ...scenario, producers, faults: [restarts] }, 1), runId);

  it("is found by its life and its number, in any partition", () => {
    expect(index.of(Buffer.from("0.49"))).toBe(49);
    for (const partition of [0, 1, 2]) expect(index.inPartition(partition, Buffer.from("1.0"))).toBe(64);
  });

  it.each(["0.50", "2.0", "0", ".1", "0.", "00.1", "0.01", "0.1 ", "-0.1", "0.1e1", "1".repeat(30), ""])(
    "is -1, when the value is %j",
    (value) => {
      expect(index.of(Buffer.from(value))).toBe(-1);
    },
  );

  it("is -1 without a value, or with a value of lossbound's own producers", () => {
    expect(index.of(null)).toBe(-1);
    expect(index.of(messageWriter(runId, 0, 100)(0, 1, 0)[0]!)).toBe(-1);
  });
});
