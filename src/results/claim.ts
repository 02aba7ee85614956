/** What a test claims of a run by itself, whatever the scenario claims: held against a result. */
import { LossboundError } from "../base/errors.js";
import type { LimitWritten } from "../scenario/schema/notations.js";
import { readShare } from "../scenario/quantities.js";
import { type Cause, causes, type Limit } from "../scenario/scenario.js";
import { countOf, type Verdict } from "../verdict/judge.js";
import { disturbedInWords, toleratedBy } from "../verdict/tolerance.js";
import type { Result } from "./result.js";

/** A claim, and what became of it. */
export interface Claimed {
  verdict: Verdict;
  /** What is counted: `lost`, `lost by in-transit`, `processed more than once`. */
  what: string;
  /** Messages. */
  observed: number;
  min: number;
  max: number;
  /** Why it is not `held`, a sentence each. */
  reasons: string[];
}

export type Claim = (result: Result) => Claimed;

/**
 * That so many messages were lost, both ends included.
 *
 * @param by only those that died there.
 * @throws LossboundError `USAGE` where an end is none, or there is no such cause; from the claim, where no
 *   number of messages lies between the ends.
 */
export function lossClaim(least: LimitWritten, most: LimitWritten, by?: Cause): Claim {
  if (by !== undefined && !causes.includes(by)) {
    throw new LossboundError(
      "USAGE",
      `no cause is called ${JSON.stringify(by)}: there are ${causes.join(", ")}`,
    );
  }
  const limits = { min: limitOf(least), max: limitOf(most) };
  return (result) => {
    const { sent } = result.messages;
    const min = countOf(limits.min, sent, Math.ceil);
    const max = countOf(limits.max, sent, Math.floor);
    if (min <= max) return lossWithin(result, min, max, by);
    throw new LossboundError("USAGE", `of ${sent} sent messages no number is from ${least} to ${most}`);
  };
}

function lossWithin(result: Result, min: number, max: number, by: Cause | undefined): Claimed {
  const { lostBy, messages, doubts, disturbances } = result;
  const observed = by === undefined ? messages.lost : lostBy[by];
  const claim = { what: by === undefined ? "lost" : `lost by ${by}`, observed, min, max };
  if (messages.lost === 0 && min > 0) {
    const reason = "nothing at all was lost: the run did not show what it was to show";
    return inconclusive(claim, [...doubts, reason]);
  }
  if (doubts.length > 0) return inconclusive(claim, doubts);
  // Each of these may still belong to the loss.
  const open = messages.unread + messages.indeterminate;
  if (observed >= min && observed + open <= max) return { ...claim, verdict: "held", reasons: [] };
  const missedBy = Math.max(observed - max, min - (observed + open));
  if (missedBy > 0) {
    const name = by === undefined ? "lost" : `lostBy.${by}`;
    if (missedBy > toleratedBy({ name, max, exposed: false }, disturbances))
      return { ...claim, verdict: "broken", reasons: [] };
    return inconclusive(claim, disturbedInWords(disturbances));
  }
  return inconclusive(claim, [`${open} more may have been lost: their fate is indeterminate`]);
}

/**
 * That no message was processed twice, none was begun twice where that may have an effect, and none was stored twice.
 * Under effectively-once what begins again has no effect before it is committed.
 */
export function duplicatesClaimed({ messages, violations, guarantee, doubts }: Result): Claimed {
  const again = guarantee === "effectively-once" ? 0 : violations.beganTwice;
  // Whatever was processed twice has begun twice.
  const observed = Math.max(messages.duplicated, again) + violations.storedTwice;
  const claim = { what: "processed, begun or stored more than once", observed, min: 0, max: 0 };
  if (doubts.length > 0) return inconclusive(claim, doubts);
  return { ...claim, verdict: observed === 0 ? "held" : "broken", reasons: [] };
}

function inconclusive(claim: Omit<Claimed, "verdict" | "reasons">, reasons: readonly string[]): Claimed {
  return { ...claim, verdict: "inconclusive", reasons: [...reasons] };
}

function limitOf(written: LimitWritten): Limit {
  if (typeof written === "number" && Number.isSafeInteger(written) && written >= 0) {
    return { kind: "count", value: written };
  }
  const share = typeof written === "string" ? readShare(written) : undefined;
  if (share !== undefined) return { kind: "share", value: share };
  throw new LossboundError(
    "USAGE",
    `${JSON.stringify(written) ?? "nothing"} is no bound: allowed is a count such as 40, or a share of the sent messages such as "2%"`,
  );
}
