import { isDeepStrictEqual } from "node:util";

import { LossboundError } from "../../base/errors.js";
import { pathOfExpectation } from "./expectation-place.js";
import type { Predict } from "../schema/predicted-bounds.js";
import { parseScenario } from "./read.js";
import { readShare } from "../quantities.js";
import type { Bound, Calibration, Expect, Scenario } from "../scenario.js";
import { type Edit, withEdits } from "./yaml.js";

/** Bounds as they are to be, both ends in messages. */
export interface NewBound {
  /** Of an expectation, such as `lost` or `lostBy.in-transit`. */
  name: string;
  min: number;
  max: number;
}

/** What bounds were calibrated for: verdicts on `repeat` trials. */
export interface Calibrated extends Calibration {
  repeat: number;
}

/**
 * A scenario's text with other bounds under its own guarantee, and with what they were calibrated for; everything
 * else, comments and all, is as it was.
 *
 * @param file what problems call the text.
 * @throws LossboundError `INPUT` where the text is so written that it cannot be changed in place; nothing is lost.
 */
export function withBounds(
  text: string,
  file: string,
  bounds: readonly NewBound[],
  { trials, outside: share, repeat }: Calibrated,
  predict?: Predict,
): string {
  const before = parseScenario(text, file, predict);
  const edits: Edit[] = bounds.map(({ name, min, max }) => ({
    path: pathOfExpectation(text, before.guarantee, name),
    by: `{ min: ${min}, max: ${max} }`,
  }));
  const outside = `${Number((share * 100).toPrecision(4))}%`;
  edits.push({ path: ["calibrated"], by: `{ trials: ${trials}, outside: ${outside} }` });
  if ((before.repeat ?? 1) !== repeat) edits.push({ path: ["repeat"], by: `${repeat}` });
  const edited = withEdits(text, edits);
  if (edited !== undefined && isAsWanted(edited)) return edited;
  throw new LossboundError(
    "INPUT",
    `${file} cannot be changed in place: write each bound that is to change as \`{ min: 1, max: 2 }\`, ` +
      "without a comment between the braces",
  );

  function isAsWanted(changed: string): boolean {
    const after = parseScenario(changed, file, predict);
    const told = { calibrated: { trials, outside: readShare(outside) }, expect: expected(before, bounds) };
    return (
      isDeepStrictEqual(after, { ...before, ...told, repeat: after.repeat }) && (after.repeat ?? 1) === repeat
    );
  }
}

function expected({ expect }: Scenario, bounds: readonly NewBound[]): Expect {
  const own = { ...expect, lostBy: { ...expect.lostBy } };
  for (const { name, min, max } of bounds) {
    const bound: Bound = { min: { kind: "count", value: min }, max: { kind: "count", value: max } };
    const cause = /^lostBy\.(.*)$/.exec(name)?.[1];
    Object.assign(cause === undefined ? own : own.lostBy, { [cause ?? name]: bound });
  }
  return own;
}
