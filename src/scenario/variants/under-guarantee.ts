import { usualSending, usuallyDuplicated } from "./guarantee.js";
import { nameLengthMax } from "../name.js";
import type { Bound, Cause, Expect, Guarantee, Scenario } from "../scenario.js";

/**
 * The same scenario under another guarantee: the same load and the same faults. The producers send as
 * that guarantee needs, and what is claimed is what the file says of it, or else what the guarantee
 * itself promises. Its name says which guarantee it is, so that each has a folder of its own.
 */
export function underGuarantee(scenario: Scenario, guarantee: Guarantee): Scenario {
  const { [guarantee]: claimed, ...expectUnder } = {
    ...scenario.expectUnder,
    [scenario.guarantee]: scenario.expect,
  };
  const name = nameUnder(scenario.name, guarantee);
  if (guarantee === scenario.guarantee) return { ...scenario, name };
  return {
    ...scenario,
    name,
    // What the file claims, it claims of its own guarantee.
    claim: `The load and the faults of ${scenario.name}, under ${guarantee}.`,
    guarantee,
    producers: { ...scenario.producers, ...usualSending(guarantee) },
    expect: claimed ?? promisedBy(guarantee, scenario),
    expectUnder,
  };
}

/** Cut where it would be too long; what tells the guarantees apart stays. */
function nameUnder(name: string, guarantee: Guarantee): string {
  const ending = `-${guarantee}`;
  return `${name.slice(0, nameLengthMax - ending.length)}${ending}`;
}

/** What a guarantee promises of any scenario: how many, nobody can say, but not by which causes. */
function promisedBy(guarantee: Guarantee, scenario: Scenario): Expect {
  return {
    lost: any,
    silentlyLost: undefined,
    lostBy: Object.fromEntries(causesRuledOut(guarantee, scenario).map((cause) => [cause, none])),
    duplicated: usuallyDuplicated(guarantee),
    indeterminate: undefined,
    unexplained: undefined,
  };
}

/**
 * Whoever waits for every replica and commits last loses nothing that the cluster has kept. Left are
 * what the application is told of, what the cluster gives up, and what the group is moved past; and
 * where a producer is killed or asked to end, what it had not yet had an answer for: that dies with the
 * process, wherever its bytes were.
 */
function causesRuledOut(guarantee: Guarantee, { faults }: Scenario): Cause[] {
  switch (guarantee) {
    case "at-most-once":
      return [];
    case "at-least-once":
    case "effectively-once": {
      const producerEnds = faults.some(
        (fault) => (fault.kind === "kill" || fault.kind === "stop") && fault.role === "producer",
      );
      const always: Cause[] = ["refused", "after-commit", "in-processing"];
      return producerEnds ? always : ["client-buffer", "in-transit", ...always];
    }
  }
}

const any: Bound = { min: undefined, max: undefined };
const none: Bound = { min: undefined, max: { kind: "count", value: 0 } };
