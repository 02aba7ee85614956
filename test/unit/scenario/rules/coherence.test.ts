import { describe, expect, test } from "vitest";

import { complaintsWith } from "../example.js";

const killConsumer = { at: "1s", kill: "consumer" };
const blackhole = { on: "producer-link", toxic: "timeout" };

test("a partition has no more replicas than there are brokers", () => {
  expect(complaintsWith({ brokers: { count: 3 }, topic: { replicationFactor: 3 } })).toEqual([]);
  expect(complaintsWith({ topic: { replicationFactor: 2 } })).toEqual([
    "topic.replicationFactor: found 2, allowed at most brokers.count, which is 1",
  ]);
});

test("every producer has a message to send", () => {
  expect(complaintsWith({ producers: { count: 3, messages: 3, rate: "1/s" } })).toEqual([]);
  expect(complaintsWith({ producers: { count: 3, messages: 2, rate: "1/s" } })).toEqual([
    "producers.messages: found 2, allowed at least one a producer: 3 or more",
  ]);
});

test("sending ends within an hour", () => {
  expect(complaintsWith({ producers: { messages: 3_600, rate: "1/s" } })).toEqual([]);
  expect(complaintsWith({ producers: { messages: 3_601, rate: "1/s" } })).toEqual([
    "producers.messages: found 3601, allowed at most 3600, which take 60m at producers.rate",
  ]);
});

test("a worker that is killed by its index exists", () => {
  const faults = [{ ...killConsumer, worker: 2, restartAfter: "1s" }];
  expect(complaintsWith({ consumers: { count: 3 }, faults })).toEqual([]);
  expect(complaintsWith({ consumers: { count: 2 }, faults })).toEqual([
    "faults[0].worker: found 2, allowed at most 1, since consumers.count is 2 and the first is 0",
  ]);
});

test.each(["sent", "received", "processed"])("a trigger does not wait for more than is %s", (of) => {
  const faults = (count: number) => [{ ...blackhole, after: { [of]: count } }];
  expect(complaintsWith({ faults: faults(20_000) })).toEqual([]);
  expect(complaintsWith({ faults: faults(20_001) })).toEqual([
    `faults[0].after.${of}: found 20001, allowed at most producers.messages, which is 20000`,
  ]);
});

test("a kill at a place waits for no chunk that is larger than a commit covers", () => {
  const faults = [{ when: { handling: { message: 1, of: 11 } }, kill: "consumer", restartAfter: "1s" }];
  expect(complaintsWith({ consumers: { commitEvery: 11 }, faults })).toEqual([]);
  expect(complaintsWith({ consumers: { commitEvery: 10 }, faults })).toEqual([
    "faults[0].when.handling.of: found 11, allowed at most consumers.commitEvery, which is 10: no chunk is larger",
  ]);
});

describe("a kill that falls again", () => {
  test("without a restart finds another worker each time", () => {
    const faults = [{ at: "1s", kill: "producer", times: 3, every: "1s" }];
    expect(complaintsWith({ producers: { count: 3, messages: 9, rate: "9/s" }, faults })).toEqual([]);
    expect(complaintsWith({ faults })).toEqual([
      "faults[0].times: found 3, allowed at most 1: without restartAfter no more workers are left to kill",
    ]);
  });

  test("finds the worker alive again where no other can be meant", () => {
    const faults = [{ at: "1s", kill: "producer", times: 3, every: "1s", restartAfter: "1s" }];
    expect(complaintsWith({ producers: { count: 2, messages: 9, rate: "9/s" }, faults })).toEqual([]);
    expect(complaintsWith({ faults })).toEqual([
      'faults[0].every: found "1s", allowed more than restartAfter, which is 1s',
    ]);
  });
});

describe("of the consumers", () => {
  const complaint = (index: number, count: number) =>
    `faults[${index}].restartAfter: found no restartAfter, and none of the ${count} consumers left alive, ` +
    "allowed a restartAfter, or one more consumer: the log could not be read to its end";

  test("the only one comes back after a kill", () => {
    expect(complaintsWith({ faults: [killConsumer] })).toEqual([complaint(0, 1)]);
    expect(complaintsWith({ faults: [{ ...killConsumer, restartAfter: "1s" }] })).toEqual([]);
  });

  test("one is left after all kills", () => {
    const faults = [0, 1].map((worker) => ({ ...killConsumer, worker }));
    expect(complaintsWith({ consumers: { count: 3 }, faults })).toEqual([]);
    expect(complaintsWith({ consumers: { count: 2 }, faults })).toEqual([complaint(1, 2)]);
  });

  test("a producer that stays dead is allowed: what it would have sent is unsent", () => {
    expect(complaintsWith({ faults: [{ at: "1s", kill: "producer" }] })).toEqual([]);
  });
});

describe("two toxics of one kind", () => {
  const clash = (what: string) =>
    `faults[1]: found a second ${what} while that of faults[0] is on, ` +
    "allowed one at a time: Toxiproxy tells toxics apart by link, type and stream alone";

  test.each([
    ["at the same time", { at: "1s", for: "2s" }, { at: "2s", for: "2s" }],
    ["while the first never ends", { at: "1s" }, { at: "9s", for: "1s" }],
    ["in a later turn of the first", { at: "1s", for: "1s", every: "4s", times: 3 }, { at: "9s", for: "1s" }],
  ])("are not on %s", (_, first, second) => {
    expect(complaintsWith({ faults: [first, second].map((when) => ({ ...blackhole, ...when })) })).toEqual([
      clash("upstream timeout on the producer-link"),
    ]);
  });

  test("a proxy is not disabled twice", () => {
    const down = { on: "consumer-link", down: true, at: "1s", for: "1s" };
    expect(complaintsWith({ faults: [down, down] })).toEqual([clash("down on the consumer-link")]);
  });

  test.each([
    ["one after the other", { at: "1s", for: "1s" }, { at: "2s", for: "1s" }],
    [
      "in turns",
      { at: "1s", for: "1s", every: "4s", times: 3 },
      { at: "3s", for: "1s", every: "4s", times: 3 },
    ],
    ["on two links", { at: "1s" }, { at: "1s", on: "consumer-link" }],
    ["in two directions", { at: "1s" }, { at: "1s", stream: "downstream" }],
    ["of two types", { at: "1s" }, { at: "1s", toxic: "reset_peer" }],
    ["at a count, which nobody knows beforehand", { at: "1s" }, { after: { sent: 1 } }],
  ])("may be on %s", (_, first, second) => {
    expect(complaintsWith({ faults: [first, second].map((when) => ({ ...blackhole, ...when })) })).toEqual(
      [],
    );
  });
});

test("no bound asks for more than all messages", () => {
  expect(complaintsWith({ expect: { lost: { min: 20_000 } } })).toEqual([]);
  expect(complaintsWith({ expect: { lost: { min: 20_001 }, lostBy: { log: 20_002 } } })).toEqual([
    "expect.lost: found 20001, allowed a min of at most producers.messages, which is 20000",
    "expect.lostBy.log: found 20002, allowed a min of at most producers.messages, which is 20000",
  ]);
});

test("a problem in one place hides no other, and no rule speaks of what is wrong already", () => {
  const complaints = complaintsWith({
    producers: { rate: "1/s", messages: 3 },
    brokers: { count: 2 },
    topic: { replicationFactor: 3 },
    faults: [
      { ...blackhole, at: "soon" },
      { ...blackhole, after: { sent: 4 } },
    ],
  });
  expect(complaints).toEqual([
    "brokers.count: found 2, allowed one of 1, 3",
    'faults[0].at: found "soon", allowed a duration such as 500ms or 3s, at most 60m',
    "faults[1].after.sent: found 4, allowed at most producers.messages, which is 3",
  ]);
});
