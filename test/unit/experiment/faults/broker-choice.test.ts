import { describe, expect, test } from "vitest";

import { chooseBroker } from "../../../../src/experiment/faults/broker-choice.js";

const brokers = [11, 7, 5].map((id) => ({ id, address: `b${id}:9092` }));
const leaders = [
  { partition: 0, leader: 7, replicas: [7, 5, 11], isr: [7, 11] },
  { partition: 1, leader: null, replicas: [5], isr: [] },
];

describe("the broker of a fault", () => {
  test("by its index, is the one at that index among the sorted ids", () => {
    expect(chooseBroker({ kind: "index", index: 0 }, brokers, [])?.id).toBe(5);
    expect(chooseBroker({ kind: "index", index: 2 }, brokers, [])?.id).toBe(11);
  });

  test("by an index that the cluster does not have, is an error", () => {
    expect(() => chooseBroker({ kind: "index", index: 3 }, brokers, [])).toThrow(
      expect.objectContaining({
        code: "ENVIRONMENT",
        message: "a fault is on broker 3, but the cluster has only brokers 0 to 2",
      }),
    );
  });

  test("as a leader, is the current leader", () => {
    expect(chooseBroker({ kind: "leader", partition: 0 }, brokers, leaders)?.id).toBe(7);
  });

  test("as a follower, is an in-sync one before others, and a free one before all", () => {
    const follower = { kind: "follower", partition: 0 } as const;
    expect(chooseBroker(follower, brokers, leaders)?.id).toBe(11);
    expect(chooseBroker(follower, brokers, leaders, ({ id }) => id !== 11)?.id).toBe(5);
    expect(chooseBroker(follower, brokers, leaders, () => false)).toBeUndefined();
  });

  test("is undefined when a partition is missing or has no leader or follower", () => {
    expect(chooseBroker({ kind: "leader", partition: 1 }, brokers, leaders)).toBeUndefined();
    expect(chooseBroker({ kind: "leader", partition: 2 }, brokers, leaders)).toBeUndefined();
  });
});
