import { describe, expect, test } from "vitest";

import type { Fault } from "../../../src/scenario/faults.js";
import { complaintsWith, parse } from "./example.js";

const cluster = { brokers: { count: 3 }, topic: { partitions: 2, replicationFactor: 3 } };

function faultOf(written: Record<string, unknown>): Fault | undefined {
  return parse({ ...cluster, consumers: { count: 2 }, faults: [written] }).faults[0];
}

function complaintsOf(written: unknown): string[] {
  return complaintsWith({ ...cluster, consumers: { count: 2 }, faults: [written] });
}

describe("a place in a consumer's work", () => {
  test.each(["before-commit", "in-commit", "after-commit", "during-rebalance"])("may be %s", (when) => {
    expect(faultOf({ when, kill: "consumer", restartAfter: "1s" })).toMatchObject({
      kind: "kill",
      trigger: { kind: when },
    });
    expect(faultOf({ when, pause: "consumer", for: "1s" })).toMatchObject({
      kind: "pause",
      trigger: { kind: when },
    });
  });

  test("may be the handler of a message", () => {
    const when = { handling: { message: 3, of: 5 } };
    expect(faultOf({ when, pause: "consumer", for: "1s" })).toMatchObject({
      trigger: { kind: "handling", message: 3, of: 5 },
    });
  });

  test("is one of those that there are", () => {
    expect(complaintsOf({ when: "before-comit", pause: "consumer", for: "1s" })).toEqual([
      'faults[0].when: found "before-comit", allowed one of before-commit, in-commit, after-commit, during-rebalance, or a map with handling (did you mean "before-commit"?)',
    ]);
    expect(complaintsOf({ when: {}, pause: "consumer", for: "1s" })).toEqual([
      expect.stringMatching(/^faults\[0\]\.when\.handling: found nothing/),
    ]);
  });

  test("is a consumer's", () => {
    for (const verb of ["kill", "pause"]) {
      const complaints = complaintsOf({
        when: "in-commit",
        [verb]: "producer",
        ...(verb === "pause" && { for: "1s" }),
      });
      expect(complaints).toEqual([
        `faults[0].when: found when beside ${verb}: producer, allowed when only beside ${verb}: consumer, which has handlers and commits`,
      ]);
    }
    expect(complaintsOf({ when: "in-commit", stop: "consumer", restartAfter: "1s" })).toEqual([
      "faults[0]: found none of at, after, allowed exactly one of at, after",
      "faults[0].when: found an unknown key, allowed at or after: a consumer that stands still cannot end in order",
    ]);
  });
});

describe("a pause", () => {
  test("of a worker lasts as long as it says", () => {
    expect(faultOf({ at: "1s", pause: "producer", worker: 0, for: "2s", times: 2, every: "3s" })).toEqual({
      kind: "pause",
      role: "producer",
      worker: 0,
      trigger: { kind: "at", ms: 1_000 },
      for: 2_000,
      times: 2,
      every: 3_000,
    });
    expect(complaintsOf({ at: "1s", pause: "consumer" })).toEqual([
      "faults[0].for: found nothing, allowed a duration such as 500ms or 3s, from 1ms to 60m",
    ]);
  });

  test("has ended before the next one", () => {
    const again = { at: "1s", pause: "consumer", for: "2s", times: 2 };
    expect(complaintsOf({ ...again, every: "2001ms" })).toEqual([]);
    expect(complaintsOf({ ...again, every: "2s" })).toEqual([
      'faults[0].every: found "2s", allowed more than for, which is 2s',
    ]);
    expect(complaintsOf(again)).toEqual([
      "faults[0].every: found nothing, allowed a duration, since the fault falls 2 times",
    ]);
  });

  test("at a place needs no clock", () => {
    const again = { when: "in-commit", pause: "consumer", for: "2s", times: 2 };
    expect(faultOf(again)).toMatchObject({ times: 2, every: 0 });
    expect(complaintsOf({ ...again, every: "5s" })).toEqual([
      expect.stringMatching(/^faults\[0\]\.every: found every beside when/),
    ]);
  });
});

test("a worker that is stopped may be started again", () => {
  expect(faultOf({ at: "1s", stop: "consumer", restartAfter: "500ms" })).toEqual({
    kind: "stop",
    role: "consumer",
    worker: undefined,
    trigger: { kind: "at", ms: 1_000 },
    restartAfter: 500,
    times: 1,
    every: 0,
  });
});

describe.each(["kill", "pause", "stop"])("%s of a broker", (verb) => {
  test("names it by its place", () => {
    expect(faultOf({ at: "1s", [verb]: "broker", broker: 2, for: "2s", times: 2, every: "5s" })).toEqual({
      kind: "broker",
      action: verb,
      broker: { kind: "index", index: 2 },
      trigger: { kind: "at", ms: 1_000 },
      for: 2_000,
      times: 2,
      every: 5_000,
    });
  });

  test.each(["leader", "follower"])(
    "names it as the %s of a partition, the first unless it says so",
    (kind) => {
      const written = { at: "1s", [verb]: "broker", broker: kind };
      expect(faultOf(written)).toMatchObject({ broker: { kind, partition: 0 }, for: undefined });
      expect(faultOf({ ...written, partition: 1 })).toMatchObject({ broker: { kind, partition: 1 } });
    },
  );

  test("says which", () => {
    expect(complaintsOf({ at: "1s", [verb]: "broker" })).toEqual([
      "faults[0].broker: found nothing, allowed one of 0, 1, 2, leader, follower",
    ]);
    expect(complaintsOf({ at: "1s", [verb]: "broker", broker: "leadr" })).toEqual([
      'faults[0].broker: found "leadr", allowed one of 0, 1, 2, leader, follower (did you mean "leader"?)',
    ]);
    expect(complaintsOf({ at: "1s", [verb]: "broker", broker: 0, partition: 1 })).toEqual([
      "faults[0].partition: found partition beside a broker's place, allowed partition only beside broker: leader or broker: follower",
    ]);
  });

  test("has ended before it falls again", () => {
    expect(complaintsOf({ at: "1s", [verb]: "broker", broker: 0, times: 2, every: "1s" })).toEqual([
      "faults[0].for: found nothing, allowed a duration, since the fault falls 2 times",
    ]);
  });

  test("takes no key of a worker's fault, and says what to write", () => {
    const back = verb === "pause" ? "it is continued" : "it is started again";
    const written = { at: "1s", [verb]: "broker", broker: 0 };
    expect(complaintsOf({ ...written, restartAfter: "1s" })).toEqual([
      `faults[0].restartAfter: found an unknown key, allowed for, after which ${back}`,
    ]);
    expect(complaintsOf({ ...written, worker: 1 })).toEqual([
      "faults[0].worker: found an unknown key, allowed broker, which says which one: 0, 1, 2, leader or follower",
    ]);
  });
});

test.each([
  ["kill", "for", "restartAfter, after which it is started again"],
  ["stop", "for", "restartAfter, after which it is started again"],
  ["kill", "broker", "worker, which says which one; broker stands only beside a broker"],
])("%s of a worker takes no %s, and says what to write", (verb, key, allowed) => {
  const written = { at: "1s", [verb]: "consumer", restartAfter: "1s", [key]: key === "for" ? "1s" : 1 };
  expect(complaintsOf(written)).toEqual([`faults[0].${key}: found an unknown key, allowed ${allowed}`]);
});

test("whoever a process fault falls on has a role", () => {
  expect(complaintsOf({ at: "1s", kill: "brokr" })).toEqual([
    'faults[0].kill: found "brokr", allowed one of producer, consumer, broker (did you mean "broker"?)',
  ]);
});

describe("a fault on a link", () => {
  const blackhole = { at: "1s", on: "producer-link", toxic: "timeout" };

  test("falls on all brokers, or on one", () => {
    expect(faultOf(blackhole)).toMatchObject({ broker: undefined });
    expect(faultOf({ ...blackhole, broker: 1 })).toMatchObject({ broker: { kind: "index", index: 1 } });
    expect(
      faultOf({ at: "1s", on: "consumer-link", down: true, broker: "leader", partition: 1 }),
    ).toMatchObject({
      broker: { kind: "leader", partition: 1 },
    });
    expect(complaintsOf({ ...blackhole, partition: 1 })).toEqual([
      "faults[0].partition: found partition without broker, allowed partition only beside broker: leader or broker: follower",
    ]);
  });

  test("works one way or both", () => {
    expect(faultOf({ ...blackhole, stream: "both" })).toMatchObject({ stream: "both" });
    expect(complaintsOf({ at: "1s", on: "producer-link", down: true, stream: "both" })).toEqual([
      "faults[0].stream: found an unknown key, allowed no stream: a disabled proxy cuts both ways",
    ]);
  });
});
