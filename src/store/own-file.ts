import { closeSync, fstatSync, openSync, readSync } from "node:fs";

import { LossboundError } from "../base/errors.js";

/**
 * Checks before a run that a file to be written replaces at most an earlier one of lossbound.
 *
 * @param ours the beginning of such a file.
 * @param what the content of the file, such as `the result of a sweep`.
 * @throws LossboundError `USAGE` if another file is in the way.
 */
export function refuseForeignFile(path: string, ours: RegExp, what: string): void {
  const beginning = beginningOf(path);
  if (beginning === undefined || ours.test(beginning)) return;
  const advice = "move it or choose another folder (--out)";
  throw new LossboundError("USAGE", `${path} exists and is not ${what}; ${advice}`);
}

/**
 * Returns the first 100 bytes of a file: `undefined` if it does not exist, empty if it cannot be
 * read.
 */
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
