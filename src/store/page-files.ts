import { closeSync, openSync, readSync, writeFileSync } from "node:fs";
import { dirname, join, resolve } from "node:path";

import { LossboundError, messageOf } from "../base/errors.js";
import type { Result } from "../results/result.js";
import { storedRepeatsIn } from "./stored-repeats.js";
import { generator } from "../views/html/document.js";
import { renderIndexPage } from "../views/html/index-page.js";
import { reportName } from "../results/file-names.js";
import { renderRunPage } from "../views/html/run-page.js";

/**
 * Writes the page of a run that is in its place already.
 *
 * @returns where it is.
 * @throws LossboundError `ENVIRONMENT`
 */
export function writeRunPage(folder: string, result: Result): string {
  // A folder may have been taken out of those that it lay among.
  const isListed = isOurPage(join(dirname(resolve(folder)), reportName));
  return write(join(folder, reportName), renderRunPage(result, isListed ? `../${reportName}` : undefined));
}

/**
 * Writes the page of all runs in a folder, whose folders are in `out`, each called as its scenario.
 *
 * @returns where it is.
 * @throws LossboundError `ENVIRONMENT`
 */
export function writeIndexPage(out: string, results: readonly Result[]): string {
  return write(join(out, reportName), renderIndexPage(results, storedRepeatsIn(out)));
}

/** Whether a file is a page of ours, which may be replaced by another one. */
export function isOurPage(path: string): boolean {
  const head = Buffer.alloc(512);
  try {
    const file = openSync(path, "r");
    try {
      return head.toString("utf8", 0, readSync(file, head)).includes(generator);
    } finally {
      closeSync(file);
    }
  } catch {
    return false;
  }
}

function write(path: string, page: string): string {
  try {
    writeFileSync(path, page);
    return path;
  } catch (error) {
    throw new LossboundError("ENVIRONMENT", `cannot write ${path}: ${messageOf(error)}`, { cause: error });
  }
}
