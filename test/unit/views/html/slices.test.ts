import { describe, expect, test } from "vitest";

import { rateOf, sendingUntil, slicesOf } from "../../../../src/views/html/slices.js";
import { aResult, noLoss } from "../../../support/a-result.js";

/** A run that sent at an even rate until some moment, and lost a tenth of the messages. */
function sentUntil(until: number, perSecond = 2_000) {
  const timeline = Array.from({ length: Math.ceil(until) }, (_, second) => {
    const sent = Math.round(perSecond * (Math.min(until, second + 1) - second));
    const lost = Math.round(sent / 10);
    return { second, sent, processed: sent - lost, lostBy: noLoss({ "in-transit": lost }) };
  });
  const sent = timeline.reduce((sum, second) => sum + second.sent, 0);
  const { messages } = aResult();
  return {
    timeline,
    messages: { ...messages, sent },
    throughput: { sentPerSecond: Math.round((sent / until) * 10) / 10, processedPerSecond: 1 },
  };
}

describe("an even rate is drawn as an even rate, even if it ends within a second", () => {
  test.each([[3], [3.001], [3.1], [3.5], [3.9], [0.4], [1.2]])("after %d s", (until) => {
    const run = sentUntil(until);
    const slices = slicesOf(run);
    for (const slice of slices) {
      expect(rateOf(slice.sent, slice)).toBeCloseTo(2_000, -2);
      expect(rateOf(slice.lostBy["in-transit"], slice)).toBeCloseTo(200, -2);
    }
    expect(slices.at(-1)!.to).toBeCloseTo(until, 2);
    expect(sendingUntil(run)).toBeCloseTo(until, 2);
    const sum = slices.reduce((all, { sent }) => all + sent, 0);
    expect(sum).toBe(run.messages.sent);
  });
});

test("a last second that is too short for a rate is merged into the one before", () => {
  expect(slicesOf(sentUntil(3.1)).map(({ from }) => from)).toEqual([0, 1, 2]);
  expect(slicesOf(sentUntil(3.6)).map(({ from }) => from)).toEqual([0, 1, 2, 3]);
});

test("a drop in the rate of a producer that fell behind is visible", () => {
  const run = sentUntil(3);
  run.timeline[1]!.sent = 100;
  expect(slicesOf(run).map((slice) => rateOf(slice.sent, slice))[1]).toBe(100);
});

test("a run without messages has no slices, and a run that sent all at once has one", () => {
  expect(slicesOf({ ...sentUntil(1), timeline: [] })).toEqual([]);
  const atOnce = { ...sentUntil(1), throughput: { sentPerSecond: 0, processedPerSecond: 0 } };
  expect(slicesOf(atOnce)).toMatchObject([{ from: 0, to: 1, sent: 2_000 }]);
});
