import { describe, expect, test } from "vitest";

import { guarantees } from "../../../../src/scenario/scenario.js";
import { complaintsWith, parse } from "../example.js";

const sending = { rate: "2000/s", messages: 20_000 };
const none = { min: undefined, max: { kind: "count", value: 0 } };

function of(guarantee: string, producers: Record<string, unknown> = {}): Record<string, unknown> {
  return { guarantee, producers: { ...sending, ...producers } };
}

describe("the producers of", () => {
  test.each([
    ["at-most-once", { acks: 0, retries: 0 }],
    ["at-least-once", { acks: "all", retries: 5 }],
    ["effectively-once", { acks: "all", retries: 5 }],
  ])("%s send as it needs where nothing is said", (guarantee, usual) => {
    expect(parse(of(guarantee)).producers).toMatchObject(usual);
  });

  test("at-most-once may hear of the leader, but never send again", () => {
    expect(parse(of("at-most-once", { acks: 1, retries: 0 })).producers).toMatchObject({
      acks: 1,
      retries: 0,
    });
    expect(complaintsWith(of("at-most-once", { acks: "all" }))).toEqual([
      'producers.acks: found "all", allowed 0 or 1: at-most-once does not wait for every replica',
    ]);
    expect(complaintsWith(of("at-most-once", { retries: 1 }))).toEqual([
      "producers.retries: found 1, allowed 0: a second send is no at-most-once",
    ]);
  });

  test.each([
    ["at-least-once", "with fewer, what was acknowledged is lost in silence when a leader dies"],
    ["effectively-once", "an idempotent producer needs it"],
  ])("%s wait for every replica, and send again", (guarantee, why) => {
    expect(parse(of(guarantee, { acks: "all", retries: 1 })).producers).toMatchObject({ retries: 1 });
    for (const acks of [0, 1]) {
      expect(complaintsWith(of(guarantee, { acks }))).toEqual([
        `producers.acks: found ${acks}, allowed all: ${why}`,
      ]);
    }
    expect(complaintsWith(of(guarantee, { retries: 0 }))).toEqual([
      "producers.retries: found 0, allowed at least 1: without a second send, what failed once is lost",
    ]);
  });

  test("an unknown guarantee contradict nothing", () => {
    expect(complaintsWith(of("at-least-one", { acks: 0, retries: 9 }))).toEqual([
      'guarantee: found "at-least-one", allowed one of at-most-once, at-least-once, effectively-once (did you mean "at-least-once"?)',
    ]);
  });
});

test("at-least-once alone allows duplicates where nothing is said", () => {
  const duplicated = Object.fromEntries(guarantees.map((one) => [one, parse(of(one)).expect.duplicated]));
  expect(duplicated).toEqual({
    "at-most-once": none,
    "at-least-once": { min: undefined, max: undefined },
    "effectively-once": none,
  });
});

describe("claims for each guarantee", () => {
  const each = { "at-most-once": { lost: { min: 5 } }, "at-least-once": { lost: 0, duplicated: { max: 9 } } };

  test("are the scenario's own and those under the others", () => {
    const scenario = parse({ expect: each });
    expect(scenario.expect.lost).toEqual({ min: { kind: "count", value: 5 }, max: undefined });
    expect(scenario.expect.duplicated).toEqual(none);
    expect(Object.keys(scenario.expectUnder)).toEqual(["at-least-once"]);
    expect(scenario.expectUnder["at-least-once"]).toMatchObject({
      duplicated: { min: undefined, max: { kind: "count", value: 9 } },
    });
  });

  test("are another scenario's own under another guarantee", () => {
    const scenario = parse({ ...of("at-least-once"), expect: each });
    expect(scenario.expect.duplicated.max?.value).toBe(9);
    expect(Object.keys(scenario.expectUnder)).toEqual(["at-most-once"]);
  });

  test("name the scenario's own", () => {
    expect(complaintsWith({ ...of("effectively-once"), expect: each })).toEqual([
      "expect.effectively-once: found nothing, allowed what is claimed under the scenario's own guarantee",
    ]);
  });

  test("are checked like any other", () => {
    const wrong = {
      ...each,
      "at-least-once": { lost: { min: 20_001 }, lostby: 1 },
      "effectively-onc": { lost: 0 },
    };
    expect(complaintsWith({ expect: wrong })).toEqual([
      'expect.at-least-once.lostby: found an unknown key, allowed lost, silentlyLost, lostBy, duplicated, indeterminate, unexplained (did you mean "lostBy"?)',
      'expect.effectively-onc: found an unknown key, allowed at-most-once, at-least-once, effectively-once (did you mean "effectively-once"?)',
    ]);
    expect(complaintsWith({ expect: { ...each, "at-least-once": { lost: { min: 20_001 } } } })).toEqual([
      "expect.at-least-once.lost: found 20001, allowed a min of at most producers.messages, which is 20000",
    ]);
    expect(complaintsWith({ expect: { ...each, "at-least-once": {} } })).toEqual([
      expect.stringMatching(/^expect\.at-least-once\.lost: found nothing/),
    ]);
  });

  test("are none of several where they stand alone", () => {
    expect(parse({ expect: { lost: 0 } }).expectUnder).toEqual({});
  });
});
