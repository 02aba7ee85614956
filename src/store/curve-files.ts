import { writeFileSync } from "node:fs";

import { LossboundError, messageOf } from "../base/errors.js";
import type { Curve } from "../results/curve.js";
import { curveAsCsv } from "./curve-csv.js";
import { curveFiles } from "../results/file-names.js";
import { toJson } from "../results/json.js";
import { refuseForeignFile } from "./own-file.js";

/** What a file of ours begins with. */
const beginnings = [/^\{\s*"schema": "lossbound\.sweep\//, /^(rate|commit_every),runs,runs_counted,/];

/**
 * Before anything is run: an earlier curve of the same scenario is replaced, anything else is not.
 *
 * @throws LossboundError `USAGE`.
 */
export function refuseForeignFiles(out: string, scenario: string): void {
  for (const [index, path] of curveFiles(out, scenario).entries()) {
    refuseForeignFile(path, beginnings[index]!, "the result of a sweep");
  }
}

/** @throws LossboundError `ENVIRONMENT` where a file cannot be written. */
export function writeCurve(out: string, curve: Curve): void {
  const [json, csv] = curveFiles(out, curve.scenario);
  try {
    writeFileSync(json, toJson(curve));
    writeFileSync(csv, curveAsCsv(curve));
  } catch (error) {
    throw new LossboundError("ENVIRONMENT", `cannot write the curve: ${messageOf(error)}`, { cause: error });
  }
}
