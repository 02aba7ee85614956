import { writeFileSync } from "node:fs";

import { LossboundError, messageOf } from "../base/errors.js";
import type { Curve } from "../results/curve.js";
import { curveAsCsv } from "./curve-csv.js";
import { curveFiles } from "../results/file-names.js";
import { toJson } from "../results/json.js";
import { refuseForeignFile } from "./own-file.js";

/** The beginnings of the two files of a curve. */
const beginnings = [/^\{\s*"schema": "lossbound\.sweep\//, /^(rate|commit_every),runs,runs_counted,/];

/**
 * Checks before a sweep that its files replace at most an earlier curve of the same scenario.
 *
 * @throws LossboundError `USAGE` if another file is in the way.
 */
export function refuseForeignFiles(out: string, scenario: string): void {
  for (const [index, path] of curveFiles(out, scenario).entries()) {
    refuseForeignFile(path, beginnings[index]!, "the result of a sweep");
  }
}

/**
 * Writes the files of a curve.
 *
 * @throws LossboundError `ENVIRONMENT` if a file cannot be written.
 */
export function writeCurve(out: string, curve: Curve): void {
  const [json, csv] = curveFiles(out, curve.scenario);
  try {
    writeFileSync(json, toJson(curve));
    writeFileSync(csv, curveAsCsv(curve));
  } catch (error) {
    throw new LossboundError("ENVIRONMENT", `cannot write the curve: ${messageOf(error)}`, { cause: error });
  }
}
