import { writeFileSync } from "node:fs";
import { join } from "node:path";

import { LossboundError, messageOf } from "../base/errors.js";
import { toJson } from "./json.js";
import { refuseForeignFile } from "./own-file.js";
import type { Repeat } from "./repeat.js";

/** Where the result of all trials is written: beside the folders of the trials. */
export function repeatFile(out: string, scenario: string): string {
  return join(out, `${scenario}.repeat.json`);
}

/**
 * Before anything is run: an earlier repeat of the same scenario is replaced, anything else is not.
 *
 * @throws LossboundError `USAGE`.
 */
export function refuseForeignRepeat(out: string, scenario: string): void {
  refuseForeignFile(
    repeatFile(out, scenario),
    /^\{\s*"schema": "lossbound\.repeat\//,
    "the result of several trials",
  );
}

/** @throws LossboundError `ENVIRONMENT` where the file cannot be written. */
export function writeRepeat(out: string, repeat: Repeat): void {
  const path = repeatFile(out, repeat.scenario);
  try {
    writeFileSync(path, toJson(repeat));
  } catch (error) {
    throw new LossboundError("ENVIRONMENT", `cannot write ${path}: ${messageOf(error)}`, { cause: error });
  }
}
