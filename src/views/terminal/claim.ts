import { causes } from "../../scenario/scenario.js";
import type { Claimed } from "../../results/claim.js";
import { formatCount, formatMoment, formatPercent } from "../layout/numbers.js";
import { printable } from "../../base/printable.js";
import type { Result } from "../../results/result.js";
import { tookInWords } from "../words/took.js";
import { causeInWords } from "../words/verdicts.js";

/** Where a claim is looked into further. */
export interface Trail {
  /** How to run it again. */
  repeat: string;
  /** Path of the run's page; `undefined` where nobody knows it. */
  page: string | undefined;
}

/**
 * Why a claim failed: what was lost and where, by which faults, and how to see it again.
 *
 * @param wanted `false`: the test claims the opposite.
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
      `${formatCount(result.silentlyLost)} of them in silence`,
    ...causes
      .filter((cause) => result.lostBy[cause] > 0)
      .map(
        (cause) =>
          `  ${cause} ${formatCount(result.lostBy[cause])}: ${causeInWords(cause)}${secondsOf(result, cause)}`,
      ),
    ...duplicatesOf(result),
    ...faults.map(faultInLine),
    ...(kills > 0 ? [`  lives that were killed: ${kills}`] : []),
    "",
    `  seed    ${result.seed}`,
    `  repeat  ${printable(trail.repeat)}`,
    ...(trail.page === undefined ? [] : [`  page    ${printable(trail.page)}`]),
  ].join("\n");
}

function summaryOf({ verdict, what, observed, min, max }: Claimed, wanted: boolean): string {
  const range = min === max ? formatCount(min) : `${formatCount(min)} to ${formatCount(max)}`;
  const count = `${formatCount(observed)} ${observed === 1 ? "message was" : "messages were"} ${what}`;
  switch (verdict) {
    case "held":
      return wanted ? `${count}, within ${range}` : `${count}, and the test claims that it is not ${range}`;
    case "broken":
      return wanted ? `${count}, and the test claims ${range}` : `${count}, not ${range}`;
    case "inconclusive":
      return `inconclusive: ${count}, which proves nothing about ${range}, nor about the opposite`;
  }
}

/** The seconds of the run in which they were sent. */
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
      `begun more than once ${formatCount(beganTwice)}, stored more than once ${formatCount(storedTwice)}`,
  ];
}

function faultInLine(fault: Result["faults"][number]): string {
  const { kind, on, appliedAt, healedAt, touched } = fault;
  const span = `from ${formatMoment(appliedAt)} to ${formatMoment(healedAt)}`;
  return `  fault ${printable(`${kind} on ${on}`)} ${span}, touched ${formatCount(touched)}, took ${tookInWords(fault)}`;
}
