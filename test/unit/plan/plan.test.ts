import fc from "fast-check";
import { describe, expect, it } from "vitest";

import {
  type PlannedKill,
  type PlannedOversize,
  type PlannedPause,
  type PlannedStop,
  makePlan,
} from "../../../src/plan/plan.js";
import type { Fault, KillFault } from "../../../src/scenario/faults.js";
import { aKill, aLinkFault, aScenario } from "../../support/a-scenario.js";

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

describe("of a list, a plan draws", () => {
  const faults = [1, 2, 3, 4, 5].map((ms) => aLinkFault({ trigger: { kind: "at", ms } }));
  const drawn = (faultsDrawn: number | undefined, seed: number): number[] =>
    makePlan({ ...aScenario({ faults }), faultsDrawn }, seed).faults.map(({ trigger }) =>
      trigger.kind === "at" ? trigger.ms : 0,
    );

  it("as many faults as it is to, in the list's order, and numbers them anew", () => {
    fc.assert(
      fc.property(anySeed, fc.integer({ min: 1, max: 5 }), (seed, count) => {
        const moments = drawn(count, seed);

        expect(new Set(moments).size).toBe(count);
        expect(moments).toEqual(moments.toSorted());
        expect(
          makePlan({ ...aScenario({ faults }), faultsDrawn: count }, seed).faults.map(({ index }) => index),
        ).toEqual([...moments.keys()]);
      }),
    );
  });

  it("each fault as often as any other, and each pair", () => {
    const pairs = new Map<string, number>();
    for (let seed = 0; seed < 5_000; seed++) {
      const pair = drawn(2, seed * 7_919).join("+");
      pairs.set(pair, (pairs.get(pair) ?? 0) + 1);
    }

    expect(pairs.size).toBe(10);
    // 500 each are expected; eight standard deviations either way.
    for (const count of pairs.values()) expect(Math.abs(count - 500)).toBeLessThan(170);
  });

  it("one thing for a seed, and independently of that for the next: people count seeds up", () => {
    let alike = 0;
    for (let seed = 0; seed < 1_000; seed++) {
      if (drawn(1, seed)[0] === drawn(1, seed + 1)[0]) alike += 1;
    }

    // 200 are expected; eight standard deviations either way.
    expect(Math.abs(alike - 200)).toBeLessThan(101);
  });

  it("all of them where nothing is said or all are wanted, and spends no chance on that", () => {
    expect(drawn(undefined, 3)).toEqual([1, 2, 3, 4, 5]);
    const kills = aScenario({ consumers: 5, faults: [aKill({ times: 10 }), aLinkFault()] });

    expect(targetsOf({ ...kills, faultsDrawn: 2 }, 3)).toEqual(targetsOf(kills, 3));
  });

  it("first of all: who is hit is drawn for those alone that happen", () => {
    const kill = aKill({ restartAfter: undefined, times: 2 });
    const scenario = { ...aScenario({ consumers: 3, faults: [kill, kill] }), faultsDrawn: 1 };

    fc.assert(
      fc.property(anySeed, (seed) => {
        expect(targetsOf(scenario, seed).map(({ length }) => length)).toEqual([2]);
      }),
    );
  });
});

describe("a worker is drawn for each occurrence of", () => {
  const base = { trigger: { kind: "at", ms: 100 }, times: 20, every: 100 } as const;

  it("a pause, who can be paused again", () => {
    const pause = { ...base, kind: "pause", role: "consumer", worker: undefined, for: 50 } as const;
    const [fault] = makePlan(aScenario({ consumers: 3, faults: [pause] }), 1).faults;

    expect(fault).toMatchObject({ kind: "pause" });
    expect(new Set((fault as PlannedPause).targets)).toEqual(new Set([0, 1, 2]));
    expect((fault as PlannedPause).targets).toHaveLength(20);
  });

  it("an oversized message, among the producers", () => {
    const oversize = { ...base, kind: "oversize", worker: undefined, size: 2_000_000 } as const;
    const [fault] = makePlan(aScenario({ producers: 4, consumers: 1, faults: [oversize] }), 1).faults;

    expect(new Set((fault as PlannedOversize).targets)).toEqual(new Set([0, 1, 2, 3]));
  });

  it("an end in order, who does not come back where nobody starts it again", () => {
    const stop = { ...base, kind: "stop", role: "consumer", worker: undefined, times: 2 } as const;
    const faults = (restartAfter: number | undefined): PlannedStop[] =>
      makePlan(
        aScenario({
          consumers: 3,
          faults: [
            { ...stop, restartAfter },
            { ...stop, restartAfter: 5 },
          ],
        }),
        4,
      ).faults as PlannedStop[];
    const [ended, later] = faults(undefined);

    expect(new Set(ended!.targets).size).toBe(2);
    expect(later!.targets.filter((target) => ended!.targets.includes(target))).toEqual([]);
    expect(faults(5).map(({ targets }) => targets.length)).toEqual([2, 2]);
  });

  it("nothing that falls on no worker: such a fault changes no other draw", () => {
    const kills = aKill({ times: 10 });
    const others: Fault[] = [
      { ...base, kind: "join", for: 50 },
      { ...base, kind: "broker", action: "kill", broker: { kind: "leader", partition: 0 }, for: 50 },
      { ...base, kind: "topic", action: { do: "recreate" } },
      { ...base, kind: "reset-offsets", to: "latest" },
    ];

    expect(targetsOf(aScenario({ consumers: 3, faults: [...others, kills] }), 9)).toEqual(
      targetsOf(aScenario({ consumers: 3, faults: [kills] }), 9),
    );
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
