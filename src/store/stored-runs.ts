import { existsSync, readdirSync, statSync } from "node:fs";
import { join } from "node:path";

import { LossboundError } from "../base/errors.js";
import { runRecordName } from "../ledger/record/run-record.js";
import { isOurs } from "./result-places.js";

/** The folders of stored runs: the given one, or those inside it, sorted by name. */
export interface StoredRuns {
  folders: string[];
  /** Whether the given folder is a folder of runs. */
  several: boolean;
}

/**
 * Finds the stored runs at a path.
 *
 * @throws LossboundError `INPUT` if there are none.
 */
export function storedRunsAt(folder: string): StoredRuns {
  if (existsSync(join(folder, runRecordName))) return { folders: [folder], several: false };
  if (statSync(folder, { throwIfNoEntry: false })?.isDirectory() !== true) {
    throw new LossboundError("INPUT", `${folder}: no such folder`);
  }
  const folders = readdirSync(folder, { withFileTypes: true })
    .filter((entry) => entry.isDirectory() && isOurs(join(folder, entry.name), "result"))
    .map(({ name }) => join(folder, name))
    .toSorted();
  if (folders.length > 0) return { folders, several: true };
  throw new LossboundError(
    "INPUT",
    `${folder}: expected the folder of a run (with a ${runRecordName}) or a folder of runs`,
  );
}
