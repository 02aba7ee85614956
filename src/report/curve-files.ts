import { closeSync, fstatSync, openSync, readSync, writeFileSync } from "node:fs";
import { join } from "node:path";

import { LossboundError, messageOf } from "../base/errors.js";
import type { Curve } from "./curve.js";
import { curveAsCsv } from "./curve-csv.js";
import { toJson } from "./json.js";

/** Where a curve is written, as JSON and as CSV: beside the folders of its runs. */
export function curveFiles(out: string, scenario: string): [json: string, csv: string] {
  return [join(out, `${scenario}.sweep.json`), join(out, `${scenario}.sweep.csv`)];
}

/** What a file of ours begins with. */
const beginnings = [/^\{\s*"schema": "lossbound\.sweep\//, /^(rate|commit_every),runs,runs_counted,/];

/**
 * Before anything is run: an earlier curve of the same scenario is replaced, anything else is not.
 *
 * @throws LossboundError `USAGE`.
 */
export function refuseForeignFiles(out: string, scenario: string): void {
  for (const [index, path] of curveFiles(out, scenario).entries()) {
    const beginning = beginningOf(path);
    if (beginning === undefined || beginnings[index]!.test(beginning)) continue;
    const advice = "move it, or choose another folder (--out)";
    throw new LossboundError("USAGE", `${path} exists and is not the result of a sweep: ${advice}`);
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

/** `undefined` where there is no such file; empty where it is none that can be read. */
function beginningOf(path: string): string | undefined {
  let file: number;
  try {
    file = openSync(path, "r");
  } catch (error) {
    return error instanceof Error && "code" in error && error.code === "ENOENT" ? undefined : "";
  }
  try {
    if (!fstatSync(file).isFile()) return "";
    const bytes = Buffer.alloc(100);
    return bytes.toString("utf8", 0, readSync(file, bytes));
  } finally {
    closeSync(file);
  }
}
