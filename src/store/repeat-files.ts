import { writeFileSync } from "node:fs";

import { LossboundError, messageOf } from "../base/errors.js";
import { repeatFile } from "../results/file-names.js";
import { toJson } from "../results/json.js";
import { refuseForeignFile } from "./own-file.js";
import type { Repeat } from "../results/repeat.js";

/**
 * Checks before the trials that their file replaces at most an earlier one of the same scenario.
 *
 * @throws LossboundError `USAGE` if another file is in the way.
 */
export function refuseForeignRepeat(out: string, scenario: string): void {
  refuseForeignFile(
    repeatFile(out, scenario),
    /^\{\s*"schema": "lossbound\.repeat\//,
    "the result of several trials",
  );
}

/**
 * Writes the result of the trials.
 *
 * @throws LossboundError `ENVIRONMENT` if the file cannot be written.
 */
export function writeRepeat(out: string, repeat: Repeat): void {
  const path = repeatFile(out, repeat.scenario);
  try {
    writeFileSync(path, toJson(repeat));
  } catch (error) {
    throw new LossboundError("ENVIRONMENT", `cannot write ${path}: ${messageOf(error)}`, { cause: error });
  }
}
