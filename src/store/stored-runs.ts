import { existsSync, readdirSync, statSync } from "node:fs";
import { join } from "node:path";

import { LossboundError } from "../base/errors.js";
import { runRecordName } from "../ledger/record/run-record.js";
import { isOurs } from "./result-places.js";

/** The folders of stored runs: the one that was given, or those in it, by name. */
export interface StoredRuns {
  folders: string[];
  /** Whether it was a folder of several. */
  several: boolean;
}

/** @throws LossboundError `INPUT` where there is no run. */
export function storedRunsAt(folder: string): StoredRuns {
  if (existsSync(join(folder, runRecordName))) return { folders: [folder], several: false };
  if (statSync(folder, { throwIfNoEntry: false })?.isDirectory() !== true) {
    throw new LossboundError("INPUT", `there is no folder ${folder}`);
  }
  const folders = readdirSync(folder, { withFileTypes: true })
    .filter((entry) => entry.isDirectory() && isOurs(join(folder, entry.name), "result"))
    .map(({ name }) => join(folder, name))
    .toSorted();
  if (folders.length > 0) return { folders, several: true };
  throw new LossboundError(
    "INPUT",
    `${folder} is not the folder of a run, and has none in it: that of a run has a ${runRecordName}`,
  );
}
