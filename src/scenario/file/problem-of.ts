import type { Complaint, Path } from "../schema/fields.js";
import { nearest } from "../../base/nearest.js";
import { type ScenarioProblem, wholeFile } from "./problems.js";
import { type Place, shortened } from "./yaml.js";

/**
 * What the schema complains of, as a problem of where it was written.
 *
 * @param whole what the problem is about where it is about no key.
 */
export function problemOf(
  complaint: Complaint,
  file: string,
  locate: (path: Path, aboutKey?: boolean) => Place,
  whole: string = wholeFile,
): ScenarioProblem {
  const { path, allowed, names = [], misspelt, aboutKey } = complaint;
  const place = locate(path, aboutKey);
  const name = (misspelt ?? [place.word])
    .map((written) => nearest(written, names))
    .find((near) => near !== undefined);
  const meant = name === undefined ? complaint.meant : [name];
  return {
    file,
    line: place.line,
    column: place.column,
    key: renderPath(path, whole),
    found: complaint.found ?? place.found,
    allowed,
    ...(meant !== undefined && meant.length > 0 && { meant }),
  };
}

function renderPath(path: Path, whole: string): string {
  const [first = whole, ...rest] = path.map(renderStep);
  return rest.reduce((text, step) => text + (step.startsWith("[") ? step : `.${step}`), first);
}

/** A key that is no plain word is quoted, so that an empty one, or one with a dot, can be seen. */
function renderStep(step: string | number): string {
  if (typeof step === "number") return `[${step}]`;
  return /^[\w-]+$/.test(step) ? shortened(step) : JSON.stringify(shortened(step));
}
