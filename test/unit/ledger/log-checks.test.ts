import { describe, expect, it } from "vitest";

import { checkLog } from "../../../src/ledger/log-checks.js";
import type { PartitionRecord } from "../../../src/ledger/record/run-record.js";
import { makePlan } from "../../../src/plan/plan.js";
import type { BrokerFault, Fault, TopicAction, TopicFault } from "../../../src/scenario/faults.js";
import { aScenario } from "../../support/a-scenario.js";

describe("the log", () => {
  it("passes the checks when everything was read and committed", () => {
    expect(refusalOf({}, [{}, {}])).toBeUndefined();
  });

  it("passes the checks when records were deleted and the group's position is older than the deletion", () => {
    const late = { start: 5, end: 15 };
    expect(refusalOf({ uncommitted: 10 }, [{ ...late, position: 3 }, {}], [deletion])).toBeUndefined();
    expect(refusalOf({ uncommitted: 10 }, [{ ...late, position: 3 }, {}])).toBe("log-against-offsets");
  });

  it("has no record above a missing position when the group resets to the latest offset", () => {
    const none = { position: null };
    expect(refusalOf({}, [none, {}], [deletion])).toBeUndefined();
    expect(refusalOf({ uncommitted: 10 }, [none, {}], [deletion])).toBe("position-within-log");
    expect(refusalOf({ uncommitted: 10 }, [none, {}], [deletion], { reset: "earliest" })).toBeUndefined();
    expect(refusalOf({}, [none, {}])).toBe("position-within-log");
  });

  it("may start above 0 when its settings let records expire", () => {
    const late = { start: 5, end: 15 };
    expect(refusalOf({}, [{ ...late, position: 15 }, {}], [], { topic: "retention.ms" })).toBeUndefined();
    expect(
      refusalOf({}, [{ ...late, position: 15 }, {}], [], { brokers: "log.retention.bytes" }),
    ).toBeUndefined();
    const looked = { brokers: "log.retention.check.interval.ms" };
    expect(refusalOf({}, [{ ...late, position: 15 }, {}], [], looked)).toBe("log-against-offsets");
  });

  it("may end before the position only after a truncating fault, and start above 0 only after a deleting one", () => {
    const late = { start: 5, end: 15, position: 15 };
    for (const fault of [recreation, brokerKill]) {
      expect(refusalOf({}, [{ position: 11 }, {}], [fault])).toBeUndefined();
      expect(refusalOf({}, [late, {}], [fault])).toBe("log-against-offsets");
    }
    expect(refusalOf({}, [{ position: 11 }, {}], [deletion])).toBe("position-within-log");
    expect(refusalOf({}, [{ position: 11 }, {}])).toBe("position-within-log");
  });

  it("has the partitions of the plan, plus those that a fault adds", () => {
    const empty = { end: 0, records: 0, position: 0 };
    expect(refusalOf({}, [{}, {}, empty], [addition])).toBeUndefined();
    expect(refusalOf({}, [{}, {}, { ...empty, position: null }], [addition])).toBeUndefined();
    expect(refusalOf({}, [{ position: null }, {}], [addition])).toBe("position-within-log");
    expect(refusalOf({}, [{}, {}, empty])).toBe("log-against-offsets");
    expect(refusalOf({ records: 10, stored: 10 }, [{}])).toBe("log-against-offsets");
  });

  it("may have several copies of a message, each of which counts above the position", () => {
    expect(refusalOf({ stored: 15, storedAgain: 3 }, [{}, {}])).toBeUndefined();
    expect(refusalOf({ stored: 19, storedAgain: 1, uncommitted: 1 }, [{ position: 8 }, {}])).toBeUndefined();
  });

  it.each([
    ["more records than messages but no message twice", { stored: 19 }],
    ["fewer records than messages", { stored: 21 }],
    ["fewer records than messages and second copies", { stored: 18, storedAgain: 3 }],
    ["a total that differs from the sum over the partitions", { records: 21, stored: 21 }],
  ])("fails the checks, with %s", (_, counts) => {
    expect(refusalOf(counts, [{}, {}])).toBe("log-against-offsets");
  });

  it("fails the checks, when a partition's offsets do not match its records", () => {
    expect(refusalOf({}, [{ end: 11 }, { end: 9 }])).toBe("log-against-offsets");
  });

  it("fails the checks, when a position is beyond the end and another one is equally far behind", () => {
    expect(refusalOf({}, [{ position: 11 }, { position: 9 }])).toBe("position-within-log");
  });

  it("fails the checks, when the records above the positions do not match the bits", () => {
    expect(refusalOf({ uncommitted: 1 }, [{}, {}])).toBe("position-within-log");
    expect(refusalOf({ uncommitted: 1 }, [{ position: 8 }, {}])).toBe("position-within-log");
    expect(refusalOf({ uncommitted: 3 }, [{ position: 8 }, {}])).toBe("position-within-log");
  });
});

const deletion = aTopicFault({ do: "delete-records", partition: undefined, upTo: undefined });
const recreation = aTopicFault({ do: "recreate" });
const brokerKill: BrokerFault = {
  kind: "broker",
  action: "kill",
  broker: { kind: "index", index: 0 },
  trigger: { kind: "at", ms: 0 },
  for: undefined,
  times: 1,
  every: 0,
};
const addition = aTopicFault({ do: "add-partitions", count: 1 });

function aTopicFault(action: TopicAction): TopicFault {
  return { kind: "topic", action, trigger: { kind: "at", ms: 0 }, times: 1, every: 0 };
}

/** Two partitions of ten records each, with twenty messages, all committed. */
function refusalOf(
  counts: Partial<Parameters<typeof checkLog>[0]>,
  partitions: readonly Partial<PartitionRecord>[],
  faults: Fault[] = [],
  {
    reset = "latest",
    topic,
    brokers,
  }: { reset?: "latest" | "earliest"; topic?: string; brokers?: string } = {},
): string | undefined {
  const scenario = aScenario({ partitions: 2, faults });
  scenario.consumers.reset = reset;
  if (topic !== undefined) scenario.topic.config = { [topic]: "500" };
  if (brokers !== undefined) scenario.brokers.config = { [brokers]: "500" };
  const whole = { start: 0, end: 10, records: 10, position: 10 };
  try {
    checkLog(
      { records: 20, stored: 20, storedAgain: 0, uncommitted: 0, ...counts },
      partitions.map((changes, partition) => ({ partition, ...whole, ...changes })),
      makePlan(scenario, 1),
    );
    return undefined;
  } catch (error) {
    return (error as { check?: string }).check;
  }
}
