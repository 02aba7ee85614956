import { describe, expect, it } from "vitest";

import { parseScenario } from "../../../../src/scenario/file/read.js";
import { stepsOf, whyNoStep } from "../../../../src/scenario/variants/sweep.js";

const written = (producers: string, consumers = "{ commitEvery: 100 }"): string => `# What is swept.
guarantee: at-most-once
producers: { ${producers}, count: 2 }
consumers: ${consumers}
faults:
  - { at: 1s, for: 1s, on: producer-link, toxic: timeout }
expect:
  lost: { min: 100, max: 200 }
  lostBy: { in-transit: { min: 100 } }
`;
const read = (...parts: Parameters<typeof written>) => parseScenario(written(...parts), "swept.yaml");

describe("a file with a list", () => {
  it("of rates is a sweep of them, and stands at the first", () => {
    const { producers, sweep, step } = read("rate: [500/s, 0.5/s], messages: 2000");

    expect(producers).toMatchObject({ rate: 500, messages: 2000 });
    expect(sweep).toEqual({ of: "rate", values: [500, 0.5] });
    expect(step).toBeUndefined();
  });

  it("of sizes of a commit is a sweep of them", () => {
    const { consumers, sweep } = read("rate: 500/s, messages: 2000", "{ commitEvery: [1, 10] }");

    expect(consumers.commitEvery).toBe(1);
    expect(sweep).toEqual({ of: "commitEvery", values: [1, 10] });
  });

  it("of one value is no sweep", () => {
    expect(read("rate: [500/s], messages: 2000")).toEqual(read("rate: 500/s, messages: 2000"));
  });

  it.each([
    ["rate: [], messages: 1", undefined, "producers.rate: found an empty list"],
    [
      "rate: [1/s, 2/s, 1/s], messages: 1",
      undefined,
      "producers.rate: found 1 twice, allowed each value once",
    ],
    ["rate: [1/s, 2], messages: 1", undefined, "producers.rate[1]: found 2, allowed a rate above 0"],
    [
      "rate: [1/s, 2/s], messages: 1",
      "{ commitEvery: [1, 2] }",
      "consumers.commitEvery: found a list, allowed one value",
    ],
  ])("that is none, %s %s, is refused with its place", (producers, consumers, words) => {
    expect(() => read(producers, consumers)).toThrow(words);
  });
});

describe("the steps of a sweep", () => {
  const scenario = read("rate: 500/s, messages: 2000");
  const steps = stepsOf(scenario, { of: "rate", values: [500, 1000, 0.001] }, 2);

  it("are all values, and then all of them again", () => {
    expect(steps.map(({ step }) => [step?.value, step?.repeat])).toEqual([
      [500, 1],
      [1000, 1],
      [0.001, 1],
      [500, 2],
      [1000, 2],
      [0.001, 2],
    ]);
    expect(new Set(steps.map(({ name }) => name)).size).toBe(6);
    expect(steps[0]).toMatchObject({ name: "swept-500-1", sweep: undefined, step: { sweep: "swept" } });
  });

  it("send for as long as the scenario does, and each producer something", () => {
    expect(steps.slice(0, 3).map(({ producers }) => producers.messages)).toEqual([2000, 4000, 2]);
    expect(steps.every(({ faults }) => faults === scenario.faults)).toBe(true);
  });

  it("claim of losses what is a share, and forbid what the scenario forbids", () => {
    const none = { min: undefined, max: undefined };
    const share = { kind: "share", value: 0.2 } as const;
    const mixed = {
      ...scenario,
      expect: { ...scenario.expect, lost: { ...scenario.expect.lost, max: share } },
    };
    const [step] = stepsOf(mixed, { of: "rate", values: [500, 1000] }, 1);

    expect(steps[1]!.expect).toEqual({ ...scenario.expect, lost: none, lostBy: { "in-transit": none } });
    expect(step!.expect.lost).toEqual({ min: undefined, max: share });
    expect(steps[1]!.expect.duplicated).toEqual({ min: undefined, max: { kind: "count", value: 0 } });
  });

  it("have names that are still told apart where the scenario's is long", () => {
    const long = { ...scenario, name: "x".repeat(64) };
    const names = stepsOf(long, { of: "rate", values: [1, 2] }, 2).map(({ name }) => name);

    expect(new Set(names).size).toBe(4);
    expect(Math.max(...names.map(({ length }) => length))).toBe(64);
  });

  it("are refused where one would have more messages than a run may", () => {
    expect(whyNoStep(scenario, { of: "rate", values: [500, 5e8] })).toMatch(/^2000000000 messages in a step/);
    expect(whyNoStep(scenario, { of: "rate", values: [500, 5e7] })).toBeUndefined();
    expect(whyNoStep(scenario, { of: "commitEvery", values: [1, 1_000_000] })).toBeUndefined();
  });
});
