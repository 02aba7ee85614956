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
 * Writes the page of a run into its final folder.
 *
 * @returns the path of the page.
 * @throws LossboundError `ENVIRONMENT`
 */
export function writeRunPage(folder: string, result: Result): string {
  // The folder may have been moved away from the others; then there is no page to link to.
  const isListed = isOurPage(join(dirname(resolve(folder)), reportName));
  return write(join(folder, reportName), renderRunPage(result, isListed ? `../${reportName}` : undefined));
}

/**
 * Writes the page of all runs whose folders are in `out`, each named after its scenario.
 *
 * @returns the path of the page.
 * @throws LossboundError `ENVIRONMENT`
 */
export function writeIndexPage(out: string, results: readonly Result[]): string {
  return write(join(out, reportName), renderIndexPage(results, storedRepeatsIn(out)));
}

/** Checks whether a file is a page written by lossbound, which may be replaced. */
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
