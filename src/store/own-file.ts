import { closeSync, fstatSync, openSync, readSync } from "node:fs";

import { LossboundError } from "../base/errors.js";

/**
 * Before anything is run: an earlier file of ours is replaced, anything else is not.
 *
 * @param what what the file would be, such as `the result of a sweep`.
 * @throws LossboundError `USAGE`.
 */
export function refuseForeignFile(path: string, ours: RegExp, what: string): void {
  const beginning = beginningOf(path);
  if (beginning === undefined || ours.test(beginning)) return;
  const advice = "move it, or choose another folder (--out)";
  throw new LossboundError("USAGE", `${path} exists and is not ${what}: ${advice}`);
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
