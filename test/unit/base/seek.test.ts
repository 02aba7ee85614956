import { describe, expect, it } from "vitest";

import { type Sought, seek, shownBy, shownByAll } from "../../../src/base/seek.js";

const never = new AbortController().signal;
const quick = { everyMs: 1, over: never };

describe("a state that shows a fault in force", () => {
  it("is seen as soon as a look finds it", async () => {
    let looks = 0;
    const third = async () => ++looks === 3 && "there";
    expect(await seek("it", third, { ...quick, limitMs: 1_000, enoughMs: 1_000 })).toEqual({
      kind: "seen",
      seen: "there",
    });
  });

  it("is missed when it does not appear within enoughMs", async () => {
    const sought = await seek("it", async () => false, { ...quick, limitMs: 20, enoughMs: 20 });
    expect(sought).toEqual({ kind: "missed" });
  });

  it("is missed when the run ends after enoughMs", async () => {
    const { over, end } = run();
    const enoughMs = 20;
    const startedAt = performance.now();
    const endsLater = async (): Promise<false> => {
      if (performance.now() - startedAt > enoughMs) end();
      return false;
    };
    const sought = await seek("it", endsLater, { over, everyMs: 1, limitMs: 60_000, enoughMs });
    expect(sought).toEqual({ kind: "missed" });
  });

  it("is unknown when the run ends before enoughMs", async () => {
    const { over, end } = run();
    let looks = 0;
    const endsSoon = async (): Promise<false> => {
      if (++looks === 3) end();
      return false;
    };
    const wait = { over, everyMs: 1, limitMs: 60_000, enoughMs: 60_000 };
    expect(await seek("it", endsSoon, wait)).toEqual({ kind: "unknown" });
  });

  it("is unknown when the last looks throw", async () => {
    const mute = async (): Promise<false> => {
      throw new Error("no answer");
    };
    const sought = await seek("it", mute, { ...quick, limitMs: 30, enoughMs: 20 });
    expect(sought).toEqual({ kind: "unknown" });
  });
});

describe("the value that an event records", () => {
  const seen: Sought<number> = { kind: "seen", seen: 1 };
  const missed: Sought<number> = { kind: "missed" };
  const unknown: Sought<number> = { kind: "unknown" };

  it.each([
    [seen, true],
    [missed, false],
    [unknown, null],
  ])("for %j is %j", (sought, inForce) => expect(shownBy(sought)).toBe(inForce));

  it.each([
    [[], true],
    [[seen, seen], true],
    [[seen, unknown], null],
    [[unknown, seen, missed], false],
  ])("for all of %j is %j", (sought, inForce) => expect(shownByAll(sought)).toBe(inForce));
});

function run(): { over: AbortSignal; end: () => void } {
  const controller = new AbortController();
  return { over: controller.signal, end: () => controller.abort() };
}
