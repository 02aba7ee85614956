import { describe, expect, test } from "vitest";

import type { Fault } from "../../../../src/scenario/faults.js";
import { complaintsWith, parse } from "../example.js";

const onLink = { at: "3s", on: "producer-link" };
const kill = { at: "3s", kill: "consumer", restartAfter: "500ms" };

function faultOf(written: Record<string, unknown>): Fault | undefined {
  return parse({ consumers: { count: 2 }, faults: [written] }).faults[0];
}

function complaintsOf(written: unknown): string[] {
  return complaintsWith({ consumers: { count: 2 }, faults: [written] });
}

describe("a toxic", () => {
  test.each([
    [
      { toxic: "latency", latency: "50ms", jitter: "10ms" },
      { type: "latency", latency: 50, jitter: 10 },
    ],
    [
      { toxic: "latency", latency: "1s" },
      { type: "latency", latency: 1_000, jitter: 0 },
    ],
    [
      { toxic: "bandwidth", rate: "5KB/s" },
      { type: "bandwidth", rate: 5 },
    ],
    [
      { toxic: "bandwidth", rate: 5 },
      { type: "bandwidth", rate: 5 },
    ],
    [
      { toxic: "slow_close", delay: "1s" },
      { type: "slow_close", delay: 1_000 },
    ],
    [{ toxic: "timeout" }, { type: "timeout", timeout: 0 }],
    [
      { toxic: "timeout", timeout: "200ms" },
      { type: "timeout", timeout: 200 },
    ],
    [{ toxic: "reset_peer" }, { type: "reset_peer", timeout: 0 }],
    [
      { toxic: "slicer", average_size: "64B", size_variation: 32, delay: "100us" },
      { type: "slicer", average_size: 64, size_variation: 32, delay: 100 },
    ],
    [
      { toxic: "limit_data", bytes: 20_000 },
      { type: "limit_data", bytes: 20_000 },
    ],
    [
      { toxic: "limit_data", bytes: "20KB" },
      { type: "limit_data", bytes: 20_000 },
    ],
  ])("%j is kept in Toxiproxy's own units", (written, toxic) => {
    expect(faultOf({ ...onLink, ...written })).toMatchObject({ kind: "link", toxic });
  });

  test("takes its own attributes and no other toxic's", () => {
    expect(complaintsOf({ ...onLink, toxic: "limit_data", bytes: 5, latency: "1s" })).toEqual([
      "faults[0].latency: found an unknown key, allowed toxic, bytes, on, broker, partition, at, after, for, times, every, stream, toxicity",
    ]);
  });

  test("needs the attributes that have no default", () => {
    expect(complaintsOf({ ...onLink, toxic: "latency" })).toEqual([
      "faults[0].latency: found nothing, allowed a duration such as 500ms or 3s, at most 60m",
    ]);
  });

  test("with an unknown name shows the problems of its other keys too", () => {
    expect(complaintsOf({ on: "producer-lnk", toxic: "latncy", latency: 5, jiter: 3 })).toEqual([
      "faults[0]: found none of at, after, allowed exactly one of at, after",
      'faults[0].on: found "producer-lnk", allowed one of producer-link, consumer-link (did you mean "producer-link"?)',
      expect.stringMatching(/^faults\[0\]\.toxic: .*\(did you mean "latency"\?\)$/),
      expect.stringMatching(/^faults\[0\]\.jiter: found an unknown key.*\(did you mean "jitter"\?\)$/),
    ]);
  });

  test("with a toxicity below 1 is refused, with the reason", () => {
    expect(faultOf({ ...onLink, toxic: "timeout", toxicity: 1 })).toMatchObject({ kind: "link" });
    expect(complaintsOf({ ...onLink, toxic: "timeout", toxicity: 0.5 })).toEqual([
      expect.stringMatching(/^faults\[0\]\.toxicity: found 0\.5, allowed 1: Toxiproxy draws toxicity once/),
    ]);
  });

  test("cannot cut pieces that vary by more than they measure", () => {
    const slicer = { ...onLink, toxic: "slicer", average_size: 64 };
    expect(complaintsOf({ ...slicer, size_variation: 63 })).toEqual([]);
    expect(complaintsOf({ ...slicer, size_variation: 64 })).toEqual([
      "faults[0].size_variation: found 64, allowed less than average_size, which is 64B",
    ]);
  });
});

describe("a disabled proxy", () => {
  test("cuts both ways, so it has no stream", () => {
    expect(faultOf({ ...onLink, down: true, for: "2s" })).toMatchObject({
      toxic: "down",
      for: 2_000,
    });
    expect(complaintsOf({ ...onLink, down: true, stream: "upstream" })).toEqual([
      expect.stringMatching(/^faults\[0\]\.stream: found an unknown key/),
    ]);
  });

  test("is either down or not a fault", () => {
    expect(complaintsOf({ ...onLink, down: false })).toEqual(["faults[0].down: found false, allowed true"]);
  });

  test("is not a toxic at the same time", () => {
    expect(complaintsOf({ ...onLink, down: true, toxic: "timeout" })).toEqual([
      expect.stringMatching(/^faults\[0\]\.down: found an unknown key/),
    ]);
  });
});

describe("a kill", () => {
  test("falls at a moment", () => {
    const written = {
      after: { processed: 5_000 },
      kill: "consumer",
      restartAfter: "500ms",
      times: 5,
      every: "1s",
    };
    expect(faultOf(written)).toEqual({
      kind: "kill",
      role: "consumer",
      worker: undefined,
      trigger: { kind: "after", count: 5_000, of: "processed" },
      restartAfter: 500,
      times: 5,
      every: 1_000,
    });
  });

  test("falls at an exact message, again whenever that place is reached", () => {
    const when = { handling: { message: 7, of: 10 } };
    expect(faultOf({ when, kill: "consumer", worker: 1, restartAfter: "1s", times: 3 })).toEqual({
      kind: "kill",
      role: "consumer",
      worker: 1,
      trigger: { kind: "handling", message: 7, of: 10 },
      restartAfter: 1_000,
      times: 3,
      every: 0,
    });
    expect(complaintsOf({ when, kill: "consumer", restartAfter: "1s", times: 3, every: "1s" })).toEqual([
      "faults[0].every: found every beside when, allowed no every: the next time comes when the place is reached again",
    ]);
  });

  test("at an exact message is for consumers, which have handlers", () => {
    expect(complaintsOf({ when: { handling: { message: 1, of: 1 } }, kill: "producer" })).toEqual([
      "faults[0].when: found when beside kill: producer, allowed when only beside kill: consumer, which has handlers and commits",
    ]);
  });

  test("is not beyond the end of the chunk", () => {
    expect(complaintsOf({ ...kill, at: undefined, when: { handling: { message: 11, of: 10 } } })).toEqual([
      "faults[0].when.handling.message: found 11, allowed at most of, which is 10",
    ]);
  });

  test("that falls again says how much later", () => {
    expect(complaintsOf({ ...kill, times: 2 })).toEqual([
      "faults[0].every: found nothing, allowed a duration, since the fault falls 2 times",
    ]);
    expect(complaintsOf({ ...kill, times: 2, every: "0s" })).toEqual([
      'faults[0].every: found "0s", allowed a duration above 0',
    ]);
    expect(complaintsOf({ ...kill, every: "1s" })).toEqual([
      "faults[0].every: found every without times, allowed every only beside times of 2 or more",
    ]);
  });
});

describe("every fault", () => {
  test.each([
    [{ ...onLink, toxic: "timeout" }, "at, after"],
    [{ ...onLink, down: true }, "at, after"],
    [kill, "at, after, when"],
  ])("has exactly one trigger: %j", (written, triggers) => {
    expect(complaintsOf({ ...written, at: undefined })).toEqual([
      `faults[0]: found none of ${triggers}, allowed exactly one of ${triggers}`,
    ]);
    expect(complaintsOf({ ...written, after: { sent: 1 } })).toEqual([
      `faults[0]: found at and after, allowed exactly one of ${triggers}`,
    ]);
    expect(complaintsOf({ ...written, at: undefined, after: { sent: 1, processed: 1 } })).toEqual([
      "faults[0].after: found sent and processed, allowed exactly one of sent, received, processed",
    ]);
  });

  test("on a link has ended before it falls again", () => {
    const again = { ...onLink, toxic: "timeout", times: 2 };
    expect(complaintsOf({ ...again, for: "1s", every: "1001ms" })).toEqual([]);
    expect(complaintsOf({ ...again, for: "1s", every: "1s" })).toEqual([
      'faults[0].every: found "1s", allowed more than for, which is 1s',
    ]);
    expect(complaintsOf(again)).toEqual([
      "faults[0].for: found nothing, allowed a duration, since the fault falls 2 times",
      "faults[0].every: found nothing, allowed a duration, since the fault falls 2 times",
    ]);
    expect(complaintsOf({ ...onLink, toxic: "timeout", every: "1s" })).toEqual([
      "faults[0].every: found every without times, allowed every only beside times of 2 or more",
    ]);
  });

  test("says what it does", () => {
    expect(complaintsOf({ at: "3s", kil: "consumer" })).toEqual([
      'faults[0]: found only at, kil, allowed a fault with one of the keys toxic, down, kill, pause, stop, join, oversize, deleteRecords, retention, recreateTopic, moveLeader, addPartitions, resetOffsets (did you mean "kill"?)',
    ]);
    expect(complaintsOf({})).toEqual([expect.stringContaining("faults[0]: found an empty map")]);
    expect(complaintsOf("kill")).toEqual([expect.stringContaining('faults[0]: found "kill", allowed a map')]);
    expect(complaintsWith({ faults: "kill" })).toEqual([
      'faults: found "kill", allowed a list of at most 100 faults',
    ]);
  });
});
