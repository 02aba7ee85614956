import { describe, expect, test } from "vitest";

import { complaintsWith } from "../example.js";

const cluster = { brokers: { count: 3 }, topic: { partitions: 2, replicationFactor: 2 } };
const blackhole = { at: "1s", on: "producer-link", toxic: "timeout" };

function complaintsOf(faults: unknown[], changes: Record<string, unknown> = {}): string[] {
  return complaintsWith({ ...cluster, consumers: { count: 2 }, faults, ...changes });
}

test("no more faults are drawn than there are", () => {
  const faults = [blackhole, { at: "5s", oversize: "2MB" }];
  expect(complaintsOf(faults, { faultsDrawn: 2 })).toEqual([]);
  expect(complaintsOf(faults, { faultsDrawn: 3 })).toEqual([
    "faultsDrawn: found 3, allowed at most the number of faults, which is 2",
  ]);
  expect(complaintsOf(faults, { faultsDrawn: 0 })).toEqual([
    "faultsDrawn: found 0, allowed a whole number from 1 to 100",
  ]);
});

test.each([
  [{ at: "1s", pause: "consumer", for: "1s" }, 2, "consumer"],
  [{ at: "1s", stop: "consumer", restartAfter: "1s" }, 2, "consumer"],
  [{ at: "1s", oversize: "2MB" }, 1, "producer"],
])("the worker of %j exists", (fault, count, role) => {
  expect(complaintsOf([{ ...fault, worker: count - 1 }])).toEqual([]);
  expect(complaintsOf([{ ...fault, worker: count }])).toEqual([
    `faults[0].worker: found ${count}, allowed at most ${count - 1}, since ${role}s.count is ${count} and the first is 0`,
  ]);
});

test.each([{ at: "1s", kill: "broker" }, blackhole])("the broker of %j exists", (fault) => {
  const written = [{ ...fault, broker: 1 }];
  expect(complaintsOf(written)).toEqual([]);
  expect(complaintsOf(written, { brokers: { count: 1 }, topic: {} })).toEqual([
    "faults[0].broker: found 1, allowed at most 0, since brokers.count is 1 and the first is 0",
  ]);
});

test.each([
  ["partition", (partition: number) => ({ kill: "broker", broker: "leader", partition })],
  ["partition", (partition: number) => ({ on: "consumer-link", down: true, broker: "follower", partition })],
  ["moveLeader.partition", (partition: number) => ({ moveLeader: { partition } })],
  ["deleteRecords.partition", (partition: number) => ({ deleteRecords: { partition } })],
])("the partition at %s exists", (key, fault) => {
  expect(complaintsOf([{ at: "1s", ...fault(1) }])).toEqual([]);
  expect(complaintsOf([{ at: "1s", ...fault(2) }])).toEqual([
    `faults[0].${key}: found 2, allowed at most 1, since topic.partitions is 2 and the first is 0`,
  ]);
});

test("a partition with one replica has no follower", () => {
  const lone = { topic: { replicationFactor: 1 } };
  expect(complaintsOf([{ at: "1s", kill: "broker", broker: "leader" }], lone)).toEqual([]);
  expect(complaintsOf([{ at: "1s", kill: "broker", broker: "follower" }], lone)).toEqual([
    'faults[0].broker: found "follower", allowed follower only where topic.replicationFactor is above 1: a lone replica leads',
  ]);
});

test("a leader moves only where another broker is", () => {
  const move = [{ at: "1s", moveLeader: { partition: 0 } }];
  expect(complaintsOf(move)).toEqual([]);
  expect(complaintsOf(move, { brokers: { count: 1 }, topic: {} })).toEqual([
    "faults[0]: found moveLeader with one broker, allowed moveLeader only where brokers.count is 3: there is no other broker to lead",
  ]);
});

test("a topic has a thousand partitions at most, those that are added among them", () => {
  const adding = (count: number) => [{ at: "1s", addPartitions: count, times: 2, every: "1s" }];
  expect(complaintsOf(adding(499))).toEqual([]);
  expect(complaintsOf(adding(500))).toEqual([
    "faults[0].addPartitions: found 1002 partitions, allowed no more than 1000 partitions in the end",
  ]);
});

describe("an oversized message", () => {
  const ofSize = (oversize: number, changes: Record<string, unknown> = {}) =>
    complaintsOf([{ at: "1s", oversize }], changes);
  const refusedAt = (size: number, why: string) => [
    `faults[0].oversize: found ${size}, allowed more than the brokers take at once, which is ${why}`,
  ];

  test("is larger than what brokers take by themselves", () => {
    expect(ofSize(1_048_589)).toEqual([]);
    expect(ofSize(1_048_588)).toEqual(refusedAt(1_048_588, "1048588B by Kafka's own max.message.bytes"));
  });

  test("is larger than what these brokers take", () => {
    const brokers = { count: 3, config: { "message.max.bytes": 2_000_000 } };
    expect(ofSize(2_000_001, { brokers })).toEqual([]);
    expect(ofSize(2_000_000, { brokers })).toEqual(
      refusedAt(2_000_000, "2MB by message.max.bytes of the brokers"),
    );
  });

  test("is larger than what the topic takes, whatever its brokers take", () => {
    const given = {
      brokers: { count: 3, config: { "message.max.bytes": 2_000_000 } },
      topic: { config: { "max.message.bytes": "1000" } },
    };
    expect(ofSize(1_001, given)).toEqual([]);
    expect(ofSize(1_000, given)).toEqual(refusedAt(1_000, "1KB by max.message.bytes of the topic"));
  });

  test("is larger than the others", () => {
    const topic = { config: { "max.message.bytes": 100 } };
    expect(ofSize(201, { topic })).toEqual([]);
    expect(ofSize(200, { topic })).toEqual([
      "faults[0].oversize: found 200, allowed more than producers.size, which is 200B",
    ]);
  });
});

describe("workers that are asked to end", () => {
  const stop = { at: "1s", stop: "consumer", times: 2, every: "1s" };

  test("are there", () => {
    expect(complaintsOf([stop], { consumers: { count: 3 } })).toEqual([]);
    expect(complaintsOf([{ ...stop, stop: "producer" }])).toEqual([
      "faults[0].times: found 2, allowed at most 1: without restartAfter no more workers are left to stop",
    ]);
    expect(complaintsOf([{ ...stop, worker: 0, restartAfter: "1s" }])).toEqual([
      'faults[0].every: found "1s", allowed more than restartAfter, which is 1s',
    ]);
  });

  test("are not all of the consumers, those that are killed among them", () => {
    const faults = [
      { at: "1s", kill: "consumer", worker: 0 },
      { at: "2s", stop: "consumer", worker: 1 },
    ];
    expect(complaintsOf(faults, { consumers: { count: 3 } })).toEqual([]);
    expect(complaintsOf(faults)).toEqual([
      "faults[1].restartAfter: found no restartAfter, and none of the 2 consumers left alive, " +
        "allowed a restartAfter, or one more consumer: the log could not be read to its end",
    ]);
  });
});

describe("at the same time", () => {
  const down = (broker: unknown, when: Record<string, unknown>) => ({ kill: "broker", broker, ...when });
  const clash = (broker: number) =>
    `faults[1]: found a second fault of broker ${broker} while that of faults[0] is on, ` +
    "allowed one at a time: a broker that is away cannot be taken away again";

  test("a broker is not taken away twice", () => {
    const first = down(1, { at: "1s", for: "2s" });
    const late = { at: "3s", for: "1s" };
    const early = { at: "2s", for: "1s" };
    expect(complaintsOf([first, down(1, late)])).toEqual([]);
    expect(complaintsOf([first, down(2, early)])).toEqual([]);
    expect(complaintsOf([first, down(1, early)])).toEqual([clash(1)]);
    expect(complaintsOf([first, { ...early, pause: "broker", broker: 1 }])).toEqual([clash(1)]);
    expect(complaintsOf([down(1, { at: "1s" }), down(1, late)])).toEqual([clash(1)]);
  });

  test("a leader may fall where another one has: it is another broker then", () => {
    expect(complaintsOf([down("leader", { at: "1s" }), down("leader", { at: "2s" })])).toEqual([]);
    expect(complaintsOf([down("leader", { at: "1s" }), down(0, { at: "2s" })])).toEqual([]);
  });

  const toxics = (what: string) =>
    `faults[1]: found a second ${what} while that of faults[0] is on, ` +
    "allowed one at a time: Toxiproxy tells toxics apart by link, type and stream alone";

  test.each([
    [{ broker: 1 }, { broker: 1 }, "upstream timeout on the producer-link to broker 1"],
    [{}, { broker: 1 }, "upstream timeout on the producer-link to broker 1"],
    [{ broker: 1 }, {}, "upstream timeout on the producer-link"],
    [{}, { stream: "both" }, "two-way timeout on the producer-link"],
    [{ stream: "both" }, { stream: "downstream" }, "downstream timeout on the producer-link"],
  ])("a toxic %j is not on with another %j", (first, second, what) => {
    expect(complaintsOf([first, second].map((one) => ({ ...blackhole, ...one })))).toEqual([toxics(what)]);
  });

  test.each([
    [{ broker: 1 }, { broker: 2 }],
    [
      { broker: 1, stream: "both" },
      { broker: 0, stream: "both" },
    ],
    [{ broker: "leader" }, { broker: 1 }],
    [{ broker: 1 }, { broker: 1, toxic: "reset_peer" }],
  ])("a toxic %j may be on with another %j", (first, second) => {
    expect(complaintsOf([first, second].map((one) => ({ ...blackhole, ...one })))).toEqual([]);
  });
});
