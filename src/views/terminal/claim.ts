import { causes } from "../../scenario/scenario.js";
import type { Claimed } from "../../results/claim.js";
import { formatCount, formatMoment, formatPercent } from "../layout/numbers.js";
import { printable } from "../../base/printable.js";
import type { Result } from "../../results/result.js";
import { tookInWords } from "../words/took.js";
import { causeInWords } from "../words/verdicts.js";

/** Pointers for a further look at a failed claim. */
export interface Trail {
  /** The command that reruns it. */
  repeat: string;
  /** Path of the run's page; `undefined` if unknown. */
  page: string | undefined;
}

/**
 * Explains why a claim failed: what was lost and where, by which faults, and how to rerun it.
 *
 * @param wanted `false` if the test expects the opposite.
 */
export function claimInText(claimed: Claimed, result: Result, wanted: boolean, trail: Trail): string {
  const { scenario, messages, faults, lives } = result;
  const kills = lives.filter(({ killed }) => killed).length;
  return [
    printable(`${scenario}: ${summaryOf(claimed, wanted)}`),
    ...claimed.reasons.map((reason) => `  ${printable(reason)}`),
    "",
    `  sent ${formatCount(messages.sent)}, processed ${formatCount(messages.processed)}, ` +
      `lost ${formatCount(messages.lost)} (${formatPercent(result.lossRatio)}), ` +
      `${formatCount(result.silentlyLost)} of them silently`,
    ...causes
      .filter((cause) => result.lostBy[cause] > 0)
      .map(
        (cause) =>
          `  ${cause} ${formatCount(result.lostBy[cause])}: ${causeInWords(cause)}${secondsOf(result, cause)}`,
      ),
    ...duplicatesOf(result),
    ...faults.map(faultInLine),
    ...(kills > 0 ? [`  killed lives: ${kills}`] : []),
    "",
    `  seed   ${result.seed}`,
    `  rerun  ${printable(trail.repeat)}`,
    ...(trail.page === undefined ? [] : [`  page   ${printable(trail.page)}`]),
  ].join("\n");
}

function summaryOf({ verdict, what, observed, min, max }: Claimed, wanted: boolean): string {
  const range = min === max ? formatCount(min) : `${formatCount(min)} to ${formatCount(max)}`;
  const count = `${formatCount(observed)} ${observed === 1 ? "message was" : "messages were"} ${what}`;
  switch (verdict) {
    case "held":
      return wanted ? `${count}, within ${range}` : `${count}; the test expects anything but ${range}`;
    case "broken":
      return wanted ? `${count}; the test expects ${range}` : `${count}, not ${range}`;
    case "inconclusive":
      return `inconclusive: ${count}, which neither proves nor disproves ${range}`;
  }
}

/** Returns the seconds of the run in which the lost messages were sent. */
function secondsOf({ timeline }: Result, cause: (typeof causes)[number]): string {
  const seconds = timeline.filter(({ lostBy }) => lostBy[cause] > 0).map(({ second }) => second);
  const [first, last] = [seconds[0], seconds.at(-1)];
  if (first === undefined || last === undefined) return "";
  return `; sent from ${first} s to ${last + 1} s`;
}

function duplicatesOf({ messages, violations }: Result): string[] {
  const { beganTwice, storedTwice } = violations;
  if (messages.duplicated + beganTwice + storedTwice === 0) return [];
  return [
    `  processed more than once ${formatCount(messages.duplicated)}, ` +
      `started more than once ${formatCount(beganTwice)}, stored more than once ${formatCount(storedTwice)}`,
  ];
}

function faultInLine(fault: Result["faults"][number]): string {
  const { kind, on, appliedAt, healedAt, touched } = fault;
  const span = `from ${formatMoment(appliedAt)} to ${formatMoment(healedAt)}`;
  return `  fault ${printable(`${kind} on ${on}`)} ${span}, touched ${formatCount(touched)}, took ${tookInWords(fault)}`;
}
