import { writeFileSync } from "node:fs";

import { LossboundError, messageOf } from "../base/errors.js";
import { repeatFile } from "../results/file-names.js";
import { toJson } from "../results/json.js";
import { refuseForeignFile } from "./own-file.js";
import type { Repeat } from "../results/repeat.js";

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
