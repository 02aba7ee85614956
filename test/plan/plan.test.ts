import fc from "fast-check";
import { describe, expect, it } from "vitest";

import { type PlannedKill, makePlan } from "../../src/plan/plan.js";
import type { KillFault } from "../../src/scenario/scenario.js";
import { aKill, aLinkFault, aScenario } from "../ledger/a-scenario.js";

const anySeed = fc.integer({ min: 0, max: 2 ** 32 - 1 });

describe("a plan", () => {
  it("is the same for the same scenario and seed, also after it was stored", () => {
    const scenario = aScenario({
      consumers: 5,
      faults: [aKill({ times: 20 }), aLinkFault(), aKill({ role: "producer" })],
    });
    fc.assert(
      fc.property(anySeed, (seed) => {
        const stored = JSON.parse(JSON.stringify(scenario)) as typeof scenario;

        expect(makePlan(stored, seed).faults).toEqual(
          JSON.parse(JSON.stringify(makePlan(scenario, seed).faults)),
        );
      }),
    );
  });

  it("is another one for another seed", () => {
    const scenario = aScenario({ consumers: 5, faults: [aKill({ times: 20 })] });
    const targets = [1, 2, 3, 4, 5].map((seed) => targetsOf(scenario, seed)[0]!.join(" "));

    expect(new Set(targets).size).toBe(5);
  });

  it("leaves the scenario as it is", () => {
    const scenario = aScenario({ faults: [aKill({ times: 2, restartAfter: undefined })] });
    const before = structuredClone(scenario);
    makePlan(scenario, 7);

    expect(scenario).toEqual(before);
  });

  it("numbers faults as the scenario does, and says how long sending takes", () => {
    const plan = makePlan(aScenario({ messages: 250, faults: [aLinkFault(), aKill()] }), 1);

    expect(plan.faults.map(({ index }) => index)).toEqual([0, 1]);
    expect(plan.sendingMs).toBe(2500);
  });
});

describe("a kill", () => {
  it("falls on a worker that there is, once an occurrence", () => {
    fc.assert(
      fc.property(
        anySeed,
        fc.integer({ min: 1, max: 6 }),
        fc.integer({ min: 1, max: 10 }),
        (seed, consumers, times) => {
          const [targets] = targetsOf(aScenario({ consumers, faults: [aKill({ times })] }), seed);

          expect(targets).toHaveLength(times);
          expect(
            targets!.every((target) => Number.isInteger(target) && target >= 0 && target < consumers),
          ).toBe(true);
        },
      ),
    );
  });

  it("falls on each worker at some time", () => {
    const [targets] = targetsOf(aScenario({ consumers: 4, faults: [aKill({ times: 200 })] }), 1);

    expect(new Set(targets)).toEqual(new Set([0, 1, 2, 3]));
  });

  it("falls on the worker that is named", () => {
    expect(targetsOf(aScenario({ consumers: 4, faults: [aKill({ worker: 2, times: 3 })] }), 1)).toEqual([
      [2, 2, 2],
    ]);
  });

  it("never falls on a worker that an earlier one left dead, for its own role alone", () => {
    const forGood: Partial<KillFault> = { restartAfter: undefined };
    const scenario = aScenario({
      producers: 2,
      consumers: 3,
      faults: [aKill({ ...forGood, times: 2 }), aKill({ times: 5 }), aKill({ role: "producer", times: 1 })],
    });
    fc.assert(
      fc.property(anySeed, (seed) => {
        const [dead, later, producers] = targetsOf(scenario, seed);

        expect(new Set(dead).size).toBe(2);
        expect(later).toHaveLength(5);
        expect(later!.filter((target) => dead!.includes(target))).toEqual([]);
        expect(producers).toHaveLength(1);
      }),
    );
  });

  it("falls on nobody where nobody is left", () => {
    const forGood = aKill({ restartAfter: undefined, times: 2 });

    expect(
      targetsOf(aScenario({ consumers: 2, faults: [forGood, aKill({ times: 3 })] }), 1).map(
        ({ length }) => length,
      ),
    ).toEqual([2, 0]);
  });

  it("draws nothing where there is no choice: a link fault or a lone worker changes no other draw", () => {
    const kills = aKill({ times: 10 });
    const alone = targetsOf(aScenario({ consumers: 3, faults: [kills] }), 9);
    const among = targetsOf(
      aScenario({
        producers: 1,
        consumers: 3,
        faults: [aLinkFault(), aKill({ role: "producer", times: 4 }), kills],
      }),
      9,
    );

    expect(among.at(-1)).toEqual(alone[0]);
  });
});

function targetsOf(scenario: Parameters<typeof makePlan>[0], seed: number): number[][] {
  return makePlan(scenario, seed)
    .faults.filter((fault): fault is PlannedKill => fault.kind === "kill")
    .map(({ targets }) => targets);
}
