import {
  type Bound,
  type Expect,
  type Guarantee,
  type Limit,
  type Scenario,
  causes,
} from "../scenario/scenario.js";
import type { Exposure } from "./culprits/exposure.js";
import type { Disturbance, Disturbances } from "./disturbances.js";
import { type Tally, lostBy } from "./fates/tally.js";
import { disturbedInWords, toleratedBy } from "./tolerance.js";

export type Verdict = "held" | "broken" | "inconclusive";

/** One bound of the scenario, held against what was observed. Limits are counts of messages. */
export interface Expectation {
  /** `lost`, `silentlyLost`, `lostBy.in-transit`, `duplicated`, `violations`, … */
  name: string;
  min: number | null;
  max: number | null;
  observed: number;
  verdict: Verdict;
  /** The limits are what the faults reached in the run itself. */
  exposed?: true;
}

/** What is known of a fault, for the verdict: whether it did anything. */
export interface FaultEvidence {
  on: string;
  kind: string;
  /** Live connections, refused dials or live processes that it was seen to hit. */
  touched: number;
  /** Whether the probe found it in force; `null` where the probe is blind to it, or came too late. */
  inForce: boolean | null;
  /** Something in front of the proxy answered for it: a link that is down, or resets, was neither. */
  answeredFor?: true;
  /** Whether the link was healthy afterwards; `null` where nothing can tell. */
  healed: boolean | null;
}

export interface Judgement {
  verdict: Verdict;
  /** Why the verdict is not `held`, a sentence each. */
  reasons: string[];
  /** Why the run proves nothing, whatever its bounds are, a sentence each. */
  doubts: string[];
  expectations: Expectation[];
}

/** What is known of a run beside its messages and its faults. */
export interface Beside {
  /** What the harness did not wait for any longer, a sentence each. */
  gaveUp?: readonly string[];
  /** Lost messages that no fault explains. */
  unexplained?: number;
  /** How many messages the faults must have taken, and can have taken; `null` if that cannot be told. */
  exposed?: Exposure | null;
  /** What the machine did beside what the scenario asks for. */
  disturbances?: Disturbances;
}

/** Lost messages nobody was told of: every cause but `rejected`. */
export function silentlyLost(tally: Tally): number {
  const by = lostBy(tally);
  return causes.reduce((sum, cause) => sum + (cause === "rejected" ? 0 : by[cause]), 0);
}

export function lostInAll(tally: Tally): number {
  return silentlyLost(tally) + tally.fates.rejected;
}

/**
 * Holds a tally against what the scenario claims.
 *
 * The order of the argument: a bound that is missed stays missed, whatever else went wrong, so `broken` comes
 * first. Three things break nothing: a loss that the harness may have caused, a loss while something in front of a
 * proxy hid the fault, and a number that misses its bound by no more than the machine explains. A bound that is kept proves something only if the
 * faults did their work, the load was reached, and nothing is left open; otherwise the run is inconclusive. Only
 * then has it held.
 */
export function judge(
  { expect, guarantee }: Pick<Scenario, "expect" | "guarantee">,
  tally: Tally,
  faults: readonly FaultEvidence[],
  { gaveUp = [], unexplained = 0, exposed = null, disturbances = undisturbed }: Beside = {},
): Judgement {
  const unhealed = faults.filter(({ healed }) => healed === false);
  const answeredFor = faults.some((fault) => fault.answeredFor);
  const idle = faults.filter((fault) => fault.touched === 0 || fault.inForce === false);
  const declared = declaresDuplicates(guarantee, expect);
  const observations = [
    ...observationsOf(withExposed(expect, exposed), tally, declared),
    unexplainedOf(expect, unexplained),
    ...violationsOf(guarantee, tally, declared),
  ];
  const expectations = observations.map((observation) =>
    holdAgainst(observation, {
      sent: tally.sent,
      faultsWorked: idle.length === 0,
      lostAny: lostInAll(tally) > 0,
      lossIsExcused: gaveUp.length > 0 || unhealed.length > 0 || answeredFor,
      disturbances: disturbances.list,
    }),
  );
  const open = expectations.filter(({ verdict }) => verdict === "inconclusive");
  const doubts = [
    ...idle.map(idleInWords),
    ...unhealed.map(unhealedInWords),
    ...gaveUp,
    ...disturbances.doubts,
    ...exposureDoubts(expect, exposed),
    ...openInWords(tally, expect),
    ...open.filter(({ name }) => name === indeterminateName).map(expectationInWords),
  ];
  const broken = expectations.filter(({ verdict }) => verdict === "broken");
  if (broken.length > 0)
    return { verdict: "broken", reasons: broken.map(expectationInWords), doubts, expectations };

  const missed = open.filter(({ name }) => name !== indeterminateName);
  const reasons = [
    ...doubts,
    ...missed.map(expectationInWords),
    // What the machine did says why a bound is missed, and no bound is broken.
    ...(missed.length === 0 ? [] : disturbedInWords(disturbances.list)),
  ];
  return { verdict: reasons.length > 0 ? "inconclusive" : "held", reasons, doubts, expectations };
}

interface Observation {
  name: string;
  bound: Bound;
  /** What was proved. */
  observed: number;
  /** What it would be if everything that is still open turned out to belong to it. */
  atMost: number;
}

/**
 * A scenario of at-most-once whose fault breaks the guarantee by itself, as an operator does who sets the
 * group back, says so: it claims duplicates, with a lower end. What was begun twice is held against that
 * bound then, whether it ended twice or not, and is no violation besides. Nothing else is excused.
 */
function declaresDuplicates(guarantee: Guarantee, { duplicated }: Expect): boolean {
  return guarantee === "at-most-once" && (duplicated.min?.value ?? 0) > 0;
}

function observationsOf(expect: Expect, tally: Tally, declared: boolean): Observation[] {
  const duplicated = declared ? tally.violations.beganTwice : tally.fates.duplicated;
  const by = lostBy(tally);
  const open = tally.fates.unread + tally.fates.indeterminate;
  const lost = lostInAll(tally);
  const silent = silentlyLost(tally);
  return [
    { name: "lost", bound: expect.lost, observed: lost, atMost: lost + open },
    ...(expect.silentlyLost === undefined
      ? []
      : [{ name: "silentlyLost", bound: expect.silentlyLost, observed: silent, atMost: silent + open }]),
    ...causes.flatMap((cause) => {
      const bound = expect.lostBy[cause];
      return bound === undefined
        ? []
        : [{ name: `lostBy.${cause}`, bound, observed: by[cause], atMost: by[cause] + open }];
    }),
    {
      name: "duplicated",
      bound: expect.duplicated,
      observed: duplicated,
      atMost: duplicated,
    },
    ...(expect.indeterminate === undefined ? [] : [indeterminateOf(expect.indeterminate, tally)]),
  ];
}

/** A fault takes what is lost in a chaos test. What no fault explains is a fault of the system under test. */
function unexplainedOf(
  { unexplained = { min: undefined, max: none } }: Expect,
  observed: number,
): Observation {
  return { name: "unexplained", bound: unexplained, observed, atMost: observed };
}

function indeterminateOf(bound: Bound, { fates: { indeterminate } }: Tally): Observation {
  return { name: indeterminateName, bound, observed: indeterminate, atMost: indeterminate };
}

/**
 * What a guarantee forbids whatever the scenario says. At-most-once forbids even to begin what may be
 * begun again, and to send twice. At-least-once does both. What effectively-once begins again has no
 * effect before it is committed, and an effect that is there twice is `duplicated`; what it sends
 * again, the broker must drop.
 */
function violationsOf(guarantee: Guarantee, { violations }: Tally, declared: boolean): Observation[] {
  const { beganBeforeCommit, beganTwice, storedTwice } = violations;
  switch (guarantee) {
    case "at-most-once":
      return [atMostNone("violations", beganBeforeCommit + (declared ? 0 : beganTwice) + storedTwice)];
    case "at-least-once":
      return [];
    case "effectively-once":
      return [atMostNone("violations", storedTwice)];
  }
}

const undisturbed: Disturbances = { list: [], doubts: [] };

/** The same, with what the faults reached for limits. */
function withExposed(expect: Expect, exposed: Exposure | null): Expect {
  if (expect.lost.exposed !== true || exposed === null) return expect;
  const limit = (value: number): Limit => ({ kind: "count", value });
  return { ...expect, lost: { min: limit(exposed.min), max: limit(exposed.max), exposed: true } };
}

/** A bound that the run itself gives tests nothing if the faults reached nothing. */
function exposureDoubts({ lost }: Expect, exposed: Exposure | null): string[] {
  if (lost.exposed !== true) return [];
  if (exposed === null) return ["lost: how much the faults reached cannot be told from this run"];
  return exposed.max === 0 ? ["lost: the faults reached no message, so nothing was tested"] : [];
}

function atMostNone(name: string, observed: number): Observation {
  return { name, bound: { min: undefined, max: none }, observed, atMost: observed };
}

const none: Limit = { kind: "count", value: 0 };

function holdAgainst(
  { name, bound, observed, atMost }: Observation,
  run: {
    sent: number;
    faultsWorked: boolean;
    lostAny: boolean;
    lossIsExcused: boolean;
    disturbances: readonly Disturbance[];
  },
): Expectation {
  const min = bound.min === undefined ? null : countOf(bound.min, run.sent, Math.ceil);
  const max = bound.max === undefined ? null : countOf(bound.max, run.sent, Math.floor);
  const tolerated = toleratedBy({ name, max, exposed: bound.exposed === true }, run.disturbances);
  const verdict = ((): Verdict => {
    if (max !== null && observed > max) {
      const provesNothing = name === indeterminateName || (run.lossIsExcused && isLoss(name));
      return provesNothing || observed - max <= tolerated ? "inconclusive" : "broken";
    }
    if (min !== null && atMost < min) {
      // Too little was lost. Where a fault did no work, or nothing was lost at all, the run simply
      // did not show what it set out to show.
      return run.faultsWorked && run.lostAny && min - atMost > tolerated ? "broken" : "inconclusive";
    }
    const settled = (min === null || observed >= min) && (max === null || atMost <= max);
    return settled ? "held" : "inconclusive";
  })();
  return { name, min, max, observed, verdict, ...(bound.exposed === true && { exposed: true }) };
}

/** Its bound is there to be kept; what exceeds it is not known to be a loss, and breaks nothing. */
const indeterminateName = "indeterminate";

function isLoss(name: string): boolean {
  return name.startsWith("lost") || name === "silentlyLost" || name === "unexplained";
}

/** A share is of what was sent; the bound is inclusive, so a lower one rounds up and an upper one down. */
export function countOf(limit: Limit, sent: number, round: (count: number) => number): number {
  switch (limit.kind) {
    case "count":
      return limit.value;
    case "share":
      // Without the guard against binary fractions, 2 % of 150 would be 3.0000000000000004.
      return round(Number((limit.value * sent).toPrecision(12)));
  }
}

export function expectationInWords({ name, min, max, observed, verdict }: Expectation): string {
  const range = `${min ?? 0} to ${max ?? "any number"}`;
  switch (verdict) {
    case "held":
      return `${name}: ${observed} is within ${range}`;
    case "broken":
      return `${name}: ${observed} is outside ${range}`;
    case "inconclusive":
      return `${name}: ${observed} proves nothing about ${range}`;
  }
}

const answeredForInWords =
  ": something in front of the proxy accepts connections in its place, as Docker's userland proxy does; " +
  "run lossbound where it reaches Toxiproxy directly";

function idleInWords({ on, kind, touched, answeredFor }: FaultEvidence): string {
  return touched === 0 && !answeredFor
    ? `the fault ${kind} on ${on} touched nothing live`
    : `the probe did not find the fault ${kind} on ${on} in force${answeredFor ? answeredForInWords : ""}`;
}

function unhealedInWords({ on, kind }: FaultEvidence): string {
  return `the fault ${kind} on ${on} did not heal cleanly: what was lost after it may be the harness's doing`;
}

/** Where the scenario has a bound for what is indeterminate, that says it. */
function openInWords(tally: Tally, expect: Expect): string[] {
  const { unread, indeterminate } = tally.fates;
  return [
    ...(unread > 0 ? [`${unread} messages are in the log, unread: the consumers did not reach its end`] : []),
    ...(indeterminate > 0 && expect.indeterminate === undefined
      ? [`${indeterminate} messages have an indeterminate fate`]
      : []),
    ...(tally.sent === 0 ? ["nothing was sent"] : []),
  ];
}
