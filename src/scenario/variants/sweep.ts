/** One scenario at several values of one thing: how a file says so, and what its steps are. */
import type { Body, Sound } from "../schema/body.js";
import { type Complaint, either, type Field, list } from "../schema/fields.js";
import { messagesMax } from "../limits.js";
import { nameLengthMax } from "../name.js";
import type { Bound, Expect, Scenario, Sweep } from "../scenario.js";

/** A curve has some ten points; each is a run, or several. */
const valuesMax = 50;

/** Runs at each value. */
export const repeatsMax = 1_000;
export const repeatsUsual = 3;

/** One value, or a list of them, as a list. */
export function orSwept(one: Field<number>): Field<readonly number[]> {
  const alone: Field<readonly number[]> = one.transform((value) => [value]);
  const several: Field<readonly number[]> = list(one, "values", valuesMax);
  return either([alone, several], (written) => (Array.isArray(written) ? several : alone));
}

export function sweepOf({ producers: { rate }, consumers: { commitEvery = [] } }: Body): Sweep | undefined {
  if (rate.length > 1) return { of: "rate", values: rate };
  return commitEvery.length > 1 ? { of: "commitEvery", values: commitEvery } : undefined;
}

const placeOf = { rate: ["producers", "rate"], commitEvery: ["consumers", "commitEvery"] } as const;

export function* sweepIsOne({ producers, consumers }: Body, sound: Sound): Iterable<Complaint> {
  const lists = { rate: producers?.rate, commitEvery: consumers?.commitEvery };
  for (const of of ["rate", "commitEvery"] as const) {
    const path = placeOf[of];
    const values = lists[of];
    if (!sound(...path) || values === undefined) continue;
    if (values.length === 0) yield { path, found: "an empty list", allowed: "one value, or a list of them" };
    const twice = values.find((value, place) => values.indexOf(value) !== place);
    if (twice !== undefined) yield { path, found: `${twice} twice`, allowed: "each value once" };
  }
  if (!sound(...placeOf.rate) || !sound(...placeOf.commitEvery)) return;
  if (lists.rate.length > 1 && (lists.commitEvery?.length ?? 0) > 1) {
    const allowed = "one value, since producers.rate is a list: a sweep varies one thing";
    yield { path: placeOf.commitEvery, found: "a list", allowed };
  }
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
    lostBy: Object.fromEntries(Object.entries(lostBy).map(([cause, bound]) => [cause, shareOf(bound)])),
  };
}

function shareOf({ min, max }: Bound): Bound {
  return { min: min?.kind === "share" ? min : undefined, max: max?.kind === "share" ? max : undefined };
}
