import { describe, expect, it } from "vitest";

import { predictLoss } from "../../../../src/plan/predict/predict.js";
import type { Interval, Prediction } from "../../../../src/plan/predict/prediction.js";
import { causes } from "../../../../src/scenario/scenario.js";
import { parse } from "../../scenario/example.js";

const light = { count: 1, rate: "2000/s", messages: 4000, size: "200B" };
const onLink = { on: "producer-link", at: "500ms", for: "1s" };

/** What is predicted of a scenario of one producer; a test names only what matters to it. */
function predictionOf(changes: {
  faults?: object[];
  producers?: object;
  consumers?: object;
  topic?: object;
  brokers?: object;
  guarantee?: string;
  faultsDrawn?: number;
}): Prediction {
  const { producers = {}, ...rest } = changes;
  return predictLoss(parse({ ...rest, producers: { ...light, ...producers }, expect: { lost: { min: 1 } } }));
}

function lostOf(prediction: Prediction): Interval | string {
  return prediction.kind === "predicted" ? prediction.lost : prediction.why;
}

function byOf(prediction: Prediction): object | string {
  if (prediction.kind === "unpredicted") return prediction.why;
  return Object.fromEntries(
    causes
      .filter((cause) => prediction.lostBy[cause].max > 0)
      .map((cause) => [cause, prediction.lostBy[cause]]),
  );
}

const exactly = (count: number): Interval => ({ min: count, max: count });

describe("nothing is lost, exactly", () => {
  it.each([
    ["without a fault", []],
    ["by latency", [{ ...onLink, toxic: "latency", latency: "300ms", jitter: "50ms" }]],
    ["by slices", [{ ...onLink, toxic: "slicer", average_size: 100 }]],
    ["by a producer that stands still", [{ at: "1s", pause: "producer", for: "500ms" }]],
    ["by a consumer that ends in order", [{ at: "1s", stop: "consumer", restartAfter: "500ms" }]],
    ["by one that joins", [{ at: "1s", join: "consumer", for: "500ms" }]],
  ])("%s", (_, faults) => {
    expect(lostOf(predictionOf({ faults }))).toEqual(exactly(0));
  });
});

describe("what a link loses", () => {
  it("is rate times time, and up to 20 ms of load more", () => {
    const prediction = predictionOf({ faults: [{ ...onLink, toxic: "timeout" }] });

    expect(prediction).toMatchObject({ formula: "black-hole", resolution: 40 });
    expect(byOf(prediction)).toEqual({ "in-transit": { min: 2000, max: 2040 } });
  });

  it("is known to the client where the link is down, but for what was under way", () => {
    const prediction = predictionOf({ faults: [{ ...onLink, down: true }] });

    expect(lostOf(prediction)).toEqual({ min: 2000, max: 2040 });
    expect(byOf(prediction)).toEqual({
      rejected: { min: 1980, max: 2040 },
      "in-transit": { min: 0, max: 20 },
    });
  });

  it("may be a send less where each send opens a connection, which may find the link healed", () => {
    const prediction = predictionOf({ faults: [{ ...onLink, toxic: "reset_peer" }] });

    expect(prediction).toMatchObject({ formula: "link-reset", resolution: 40 });
    expect(byOf(prediction)).toEqual({ "in-transit": { min: 1980, max: 2020 } });
  });

  it("adds up over all times that it fails", () => {
    const flapping = { ...onLink, toxic: "timeout", for: "200ms", every: "500ms", times: 3 };

    expect(lostOf(predictionOf({ faults: [flapping] }))).toEqual({ min: 1200, max: 1320 });
  });

  it("is what is left of the schedule where it stays as it is", () => {
    const faults = [{ on: "producer-link", at: "1s", toxic: "timeout" }];

    // The message of the first moment is one of those that are sent at once.
    expect(lostOf(predictionOf({ faults }))).toEqual({ min: 1979, max: 2019 });
  });

  it("is counted for each producer by itself", () => {
    const faults = [{ ...onLink, toxic: "timeout" }];
    const three = predictionOf({ faults, producers: { count: 3, rate: "1000/s", messages: 3000 } });

    // 3.33 messages fall due in 10 ms: 333 a second, and 334 at most, and 20 ms more.
    expect(lostOf(three)).toEqual({ min: 999, max: 1020 });
  });

  it.each([
    ["at the start", { at: "0s" }, "a link fails before the producers have used it"],
    ["at the end", { at: "1s" }, "a fault begins or ends in the moment in which the producers end"],
    ["behind the end", { at: "1960ms" }, "a fault begins or ends in the moment in which the producers end"],
  ])("is not known %s", (_, when, why) => {
    const faults = [{ ...onLink, toxic: "timeout", ...when }];

    expect(lostOf(predictionOf({ faults }))).toBe(why);
  });

  it("is not known of two that overlap", () => {
    const faults = [
      { ...onLink, toxic: "timeout" },
      { ...onLink, at: "800ms", for: "1s", toxic: "timeout", stream: "both" },
    ];
    const apart = [faults[0]!, { ...onLink, at: "1550ms", for: "100ms", toxic: "timeout" }];

    expect(lostOf(predictionOf({ faults: apart }))).toBe(
      "one fault on the link begins before another has healed",
    );
  });
});

describe("a connection that is cut", () => {
  const cut = { on: "producer-link", at: "0s", toxic: "limit_data", bytes: 1000 };

  // Each request has 367 bytes, the name of the topic among them; before the first there are 123.
  it("loses exactly each request that does not fit, where the client is slow to send", () => {
    const producers = { rate: "10/s", messages: 100 };
    const prediction = predictionOf({ faults: [cut], producers, topic: { partitions: 3 } });

    expect(lostOf(prediction)).toEqual(exactly(33));
    expect(prediction).toMatchObject({ resolution: 0 });
  });

  it("may lose one send more where the next one is due at once", () => {
    const faults = [{ ...cut, bytes: 20_000 }];
    const prediction = predictionOf({ faults, topic: { partitions: 3 } });

    expect(lostOf(prediction)).toEqual({ min: 799, max: 819 });
    expect(prediction).toMatchObject({ resolution: 20 });
  });

  it.each([
    [{ ...cut, at: "1s" }, /what a connection had carried before/],
    [{ ...cut, for: "1s" }, /what a connection had carried before/],
    [{ ...cut, bytes: 100 }, /before the client has found the topic/],
  ])("is not known of %j", (fault, why) => {
    expect(lostOf(predictionOf({ faults: [fault] }))).toMatch(why);
  });
});

describe("an oversized record", () => {
  const topic = { config: { "max.message.bytes": 20_000 } };
  const oversize = { at: "500ms", oversize: "40KB" };
  const slow = { at: "0s", on: "producer-link", toxic: "latency", latency: "300ms" };

  it("takes its request along, and what was written behind it", () => {
    const prediction = predictionOf({ faults: [slow, oversize], topic });

    expect(byOf(prediction)).toEqual({ refused: { min: 620, max: 660 } });
    expect(lostOf(predictionOf({ faults: [oversize], topic }))).toEqual({ min: 20, max: 60 });
  });

  it.each([
    ["as large as that", [slow, { ...oversize, oversize: "2MB" }], /machine's business/],
    ["on a link that trembles", [{ ...slow, jitter: "10ms" }, oversize], /without jitter/],
    ["so soon after another", [slow, { ...oversize, times: 2, every: "400ms" }], /before the link is well/],
    [
      "beside a pause",
      [{ at: "1s", pause: "producer", for: "1s" }, oversize],
      /changes what the others find/,
    ],
  ])("is not known %s", (_, faults, why) => {
    expect(lostOf(predictionOf({ faults, topic }))).toMatch(why);
  });
});

describe("a producer that is killed", () => {
  const kill = { at: "500ms", kill: "producer", restartAfter: "100ms" };

  it("loses one send at most each time", () => {
    const prediction = predictionOf({ faults: [{ ...kill, times: 2, every: "1s" }] });

    expect(lostOf(prediction)).toEqual({ min: 0, max: 40 });
    expect(byOf(prediction)).toEqual({
      "client-buffer": { min: 0, max: 40 },
      "in-transit": { min: 0, max: 40 },
    });
  });

  it.each([
    [{ rate: "9000/s", messages: 18_000 }, kill, /may fall behind/],
    [{}, { at: "500ms", kill: "producer" }, /sends less than planned/],
  ])("is not known of %j", (producers, fault, why) => {
    expect(lostOf(predictionOf({ faults: [fault], producers }))).toMatch(why);
  });
});

describe("a consumer that is killed", () => {
  const consumers = { count: 2, commitEvery: 10, handle: "1ms" };

  it.each([
    [
      { handling: { message: 4, of: 10 } },
      exactly(7),
      { "in-processing": exactly(1), "after-commit": exactly(6) },
    ],
    ["before-commit", exactly(0), {}],
    ["after-commit", { min: 1, max: 10 }, { "after-commit": { min: 1, max: 10 } }],
    ["in-commit", { min: 0, max: 10 }, { "after-commit": { min: 0, max: 10 } }],
  ])("at %j loses what is left of its chunk", (when, lost, by) => {
    const prediction = predictionOf({ faults: [{ when, kill: "consumer" }], consumers });

    expect(lostOf(prediction)).toEqual(lost);
    expect(byOf(prediction)).toEqual(by);
  });

  it("at a moment loses what is left of a chunk, and several lose no sum of extremes", () => {
    const busy = { count: 4, commitEvery: 20, handle: "2ms" };
    const killed = (times: number): Interval | string =>
      lostOf(
        predictionOf({
          faults: [
            {
              at: "300ms",
              kill: "consumer",
              restartAfter: "50ms",
              ...(times > 1 && { times, every: "100ms" }),
            },
          ],
          consumers: busy,
          producers: { rate: "6000/s" },
          topic: { partitions: 4 },
        }),
      );

    expect(killed(1)).toEqual({ min: 0, max: 20 });
    // 20 + 20 and 0 + 0 have one chance in 400 each: the interval leaves out 1 in 200 on either side.
    expect(killed(2)).toEqual({ min: 1, max: 39 });
    expect(killed(4)).toEqual({ min: 10, max: 70 });
    expect(chanceBelow(10, 4)).toBeLessThanOrEqual(0.005);
    expect(chanceBelow(11, 4)).toBeGreaterThan(0.005);
    expect(chanceBelow(71, 4)).toBeGreaterThanOrEqual(0.995);
    expect(chanceBelow(70, 4)).toBeLessThan(0.995);
  });

  it.each([
    [{ handle: "0ms" }, { at: "500ms" }, /nothing in hand/],
    [{ handle: "1ms" }, { at: "500ms" }, /nothing in hand/],
    [{ handle: "5ms" }, { at: "10ms" }, /before it has its first full chunks/],
    [{ partitionsConsumedConcurrently: 2 }, { at: "500ms" }, /several partitions at a time/],
    [{}, { when: "during-rebalance" }, /during a rebalance/],
  ])("is not known of %j", (change, when, why) => {
    const faults = [{ ...when, kill: "consumer" }];

    expect(
      lostOf(predictionOf({ faults, consumers: { ...consumers, ...change }, topic: { partitions: 4 } })),
    ).toMatch(why);
  });
});

/** The chance that so many kills cost less than `sum`, in chunks of 20 and 40 ms, of all their outcomes. */
function chanceBelow(sum: number, kills: number): number {
  if (sum <= 0) return 0;
  if (kills === 0) return 1;
  const inCommit = 2 / 42;
  let chance = inCommit * chanceBelow(sum, kills - 1);
  for (let left = 1; left <= 20; left++) chance += ((1 - inCommit) / 20) * chanceBelow(sum - left, kills - 1);
  return chance;
}

describe("a group that is set to the latest offset", () => {
  const consumers = { count: 1, commitEvery: 10, handle: "5ms" };
  const producers = { rate: "4000/s", messages: 2000 };
  const reset = { after: { processed: 200 }, resetOffsets: "latest" };

  it("is moved past all that it has not processed", () => {
    const prediction = predictionOf({ faults: [reset], consumers, producers });

    expect(byOf(prediction)).toEqual({ skipped: { min: 1789, max: 1799 } });
  });

  it.each([
    [{ ...reset, resetOffsets: "earliest" }, {}, /only a group that is set to the latest/],
    [{ ...reset, after: { sent: 200 } }, {}, /how far the group has come/],
    [reset, { handle: "1ms" }, /while messages are still being sent/],
  ])("is not known of %j with %j", (fault, change, why) => {
    const prediction = predictionOf({ faults: [fault], consumers: { ...consumers, ...change }, producers });

    expect(lostOf(prediction)).toMatch(why);
  });
});

describe("nothing honest can be said", () => {
  const hole = { ...onLink, toxic: "timeout" };

  it.each([
    ["of another guarantee", { guarantee: "at-least-once" }, /and this is at-least-once/],
    [
      "of faults that the seed draws",
      { faults: [hole, { at: "1s", join: "consumer", for: "1s" }], faultsDrawn: 1 },
      /the seed draws/,
    ],
    [
      "of settings of the brokers",
      { brokers: { config: { "log.retention.ms": 500 } } },
      /log\.retention\.ms/,
    ],
    ["of acks 1", { faults: [hole], producers: { acks: 1 } }, /acks 0/],
    ["of several brokers", { faults: [hole], brokers: { count: 3 } }, /several brokers/],
    [
      "of a load that is too much",
      { faults: [hole], producers: { rate: "50000/s", messages: 100_000 } },
      /so much load/,
    ],
    [
      "of two kinds at once",
      { faults: [hole, { at: "1s", kill: "producer", restartAfter: "1s" }] },
      /black-hole and producer-kill/,
    ],
    [
      "of one beside another that is harmless",
      { faults: [hole, { at: "1s", join: "consumer", for: "1s" }] },
      /changes what the others find/,
    ],
    ["of the consumers' link", { faults: [{ ...hole, on: "consumer-link" }] }, /consumers wait for/],
    ["of brokers", { faults: [{ at: "1s", kill: "broker", broker: 0, for: "1s" }] }, /miss a broker/],
  ])("%s", (_, changes, why) => {
    expect(lostOf(predictionOf(changes))).toMatch(why);
  });
});
