import { join } from "node:path";

import { LossboundError } from "../base/errors.js";
import { judgeFolder } from "./judge.js";
import { isOurPage, writeIndexPage, writeRunPage } from "../store/page-files.js";
import { reportName } from "../results/file-names.js";
import { isTaken } from "../store/result-places.js";
import type { Result } from "../results/result.js";
import { storedRunsAt } from "../store/stored-runs.js";

/**
 * Makes the page of a stored run again from its evidence, or, in a folder of several, that of each and
 * one of all: what `lossbound report` does.
 *
 * @returns the pages that were written; the first one leads to the others.
 * @throws EvidenceError (`HARNESS`) where evidence contradicts itself; LossboundError `INPUT` where
 *   there is no run, `USAGE` where a file that is no report is in the place of one, `ENVIRONMENT` where
 *   a page cannot be written.
 */
export async function writeReport(folder: string): Promise<string[]> {
  const { folders: runs, several } = storedRunsAt(folder);
  if (!several) return [writeRunPage(folder, await judgeFolder(folder))];
  const index = join(folder, reportName);
  if (isTaken(index) && !isOurPage(index)) {
    throw new LossboundError("USAGE", `${index} is no report, and will not be replaced: move it`);
  }
  const results: Result[] = [];
  for (const run of runs) results.push(await judgeFolder(run));
  // The others lead back to it.
  const first = writeIndexPage(folder, results);
  return [first, ...runs.map((run, place) => writeRunPage(run, results[place]!))];
}
