import fc from "fast-check";
import { describe, expect, test } from "vitest";

import { isScenarioName } from "../../../../src/scenario/name.js";
import { type Guarantee, guarantees } from "../../../../src/scenario/scenario.js";
import { underGuarantee } from "../../../../src/scenario/variants/under-guarantee.js";
import { parse } from "../example.js";

const none = { min: undefined, max: { kind: "count", value: 0 } };
const any = { min: undefined, max: undefined };
const faults = [{ at: "1s", for: "1s", on: "producer-link", toxic: "timeout" }];
const expected = { lost: { min: 5, max: 9 }, lostBy: { "in-transit": { min: 5 } } };

const scenario = parse({
  producers: { rate: "2000/s", messages: 20_000, acks: 1 },
  faults,
  expect: expected,
});

test("under its own guarantee a scenario stays what it is", () => {
  expect(underGuarantee(scenario, "at-most-once")).toEqual({ ...scenario, name: "example-at-most-once" });
});

describe.each(["at-least-once", "effectively-once"] as const)("under %s", (guarantee) => {
  const derived = underGuarantee(scenario, guarantee);

  test("the load and the faults are the same, and the producers send as they must", () => {
    expect(derived.guarantee).toBe(guarantee);
    expect(derived.producers).toEqual({ ...scenario.producers, acks: "all", retries: 5 });
    for (const key of ["brokers", "topic", "consumers", "faults", "faultsDrawn"] as const) {
      expect(derived[key]).toEqual(scenario[key]);
    }
  });

  test("nothing that the cluster keeps is lost", () => {
    expect(derived.expect).toEqual({
      lost: any,
      silentlyLost: undefined,
      lostBy: {
        "client-buffer": none,
        "in-transit": none,
        refused: none,
        "after-commit": none,
        "in-processing": none,
      },
      duplicated: guarantee === "at-least-once" ? any : none,
      indeterminate: undefined,
    });
  });

  test.each(["kill", "stop"])(
    "a producer whose end is a %s takes along what it had no answer for",
    (verb) => {
      const ended = parse({ faults: [{ at: "1s", [verb]: "producer", restartAfter: "1s" }] });
      const other = parse({ faults: [{ at: "1s", [verb]: "consumer", restartAfter: "1s" }] });
      for (const cause of ["client-buffer", "in-transit"] as const) {
        expect(underGuarantee(ended, guarantee).expect.lostBy[cause]).toBeUndefined();
        expect(underGuarantee(other, guarantee).expect.lostBy[cause]).toEqual(none);
      }
    },
  );

  test("what the file says of it comes before what it promises", () => {
    const both = parse({ expect: { "at-most-once": { lost: 1 }, [guarantee]: { lost: { max: 7 } } } });
    expect(underGuarantee(both, guarantee).expect.lost).toEqual({
      min: undefined,
      max: { kind: "count", value: 7 },
    });
    expect(underGuarantee(both, guarantee).expectUnder["at-most-once"]).toEqual(both.expect);
    expect(underGuarantee(both, "at-most-once").expect).toEqual(both.expect);
  });

  test("the claim is not the file's, which it makes of its own guarantee", () => {
    expect(derived.claim).toBe(`The load and the faults of example, under ${guarantee}.`);
  });
});

test("under at-most-once, a scenario of another guarantee may lose anything, and duplicate nothing", () => {
  const derived = underGuarantee(parse({ guarantee: "at-least-once" }), "at-most-once");
  expect(derived.producers).toMatchObject({ acks: 0, retries: 0 });
  expect(derived.expect).toEqual({
    lost: any,
    silentlyLost: undefined,
    lostBy: {},
    duplicated: none,
    indeterminate: undefined,
  });
});

test("names stay valid and differ, however long they are", () => {
  const name = fc.stringMatching(/^[a-z0-9][a-z0-9-]{0,63}$/);
  fc.assert(
    fc.property(name, (given) => {
      const names = guarantees.map(
        (one: Guarantee) => underGuarantee({ ...scenario, name: given }, one).name,
      );
      expect(names.filter(isScenarioName)).toHaveLength(3);
      expect(new Set(names).size).toBe(3);
    }),
  );
});
