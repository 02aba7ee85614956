/** One scenario at several values of one thing: how a file says so, and what its steps are. */
import type { Body } from "../schema/scenario.js";
import { messagesMax } from "../limits.js";
import { nameLengthMax } from "../name.js";
import type { Bound, Expect, Scenario, Sweep } from "../scenario.js";

/** Runs at each value. */
export const repeatsMax = 1_000;
export const repeatsUsual = 3;

/** What the file sweeps, if it does. */
export function sweepOf({ producers: { rate }, consumers: { commitEvery } }: Body): Sweep | undefined {
  if (rate.length > 1) return { of: "rate", values: rate };
  return commitEvery.length > 1 ? { of: "commitEvery", values: commitEvery } : undefined;
}

/**
 * The scenarios of a sweep, in the order in which they run: all values once, then all of them again.
 * So what changes on a machine over time falls on all points alike.
 *
 * A step sends for as long as the swept scenario does, so that its faults fall into the same moments: at
 * another rate it sends more messages, or fewer. Of its bounds on losses those hold that are shares: a count
 * is one of the scenario's own rate. What its guarantee forbids stays forbidden.
 */
export function stepsOf(scenario: Scenario, { of, values }: Sweep, repeats: number): Scenario[] {
  return Array.from({ length: repeats }, (_, place) => place + 1).flatMap((repeat) =>
    values.map((value) => ({
      ...at(scenario, of, value),
      name: nameOfStep(scenario.name, value, repeat),
      claim: scenario.claim,
      sweep: undefined,
      step: { sweep: scenario.name, of, value, repeat },
      expect: sharesOf(scenario.expect),
      expectUnder: {},
    })),
  );
}

/** What stops a sweep: the values at which a step would be no scenario. */
export function whyNoStep({ producers }: Scenario, { of, values }: Sweep): string | undefined {
  if (of !== "rate") return undefined;
  const most = Math.max(...values.map((rate) => messagesAt(producers, rate)));
  return most > messagesMax
    ? `${most} messages in a step, and at most ${messagesMax} are allowed`
    : undefined;
}

function at(scenario: Scenario, of: Sweep["of"], value: number): Scenario {
  const { producers, consumers } = scenario;
  switch (of) {
    case "rate":
      return {
        ...scenario,
        producers: { ...producers, rate: value, messages: messagesAt(producers, value) },
      };
    case "commitEvery":
      return { ...scenario, consumers: { ...consumers, commitEvery: value } };
  }
}

function messagesAt({ count, rate, messages }: Scenario["producers"], other: number): number {
  return Math.max(count, Math.round((messages * other) / rate));
}

/** Cut where it would be too long; what tells the steps apart stays. */
function nameOfStep(name: string, value: number, repeat: number): string {
  const ending = `-${String(value).replace(".", "-")}-${repeat}`;
  return `${name.slice(0, nameLengthMax - ending.length)}${ending}`;
}

function sharesOf(expect: Expect): Expect {
  const { lost, silentlyLost, lostBy } = expect;
  return {
    ...expect,
    lost: shareOf(lost),
    silentlyLost: silentlyLost && shareOf(silentlyLost),
    lostBy: Object.fromEntries(
      Object.entries(lostBy).map(([cause, bound]) => [cause, bound && shareOf(bound)]),
    ),
  };
}

function shareOf({ min, max }: Bound): Bound {
  return { min: min?.kind === "share" ? min : undefined, max: max?.kind === "share" ? max : undefined };
}
