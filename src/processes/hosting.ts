import { randomBytes } from "node:crypto";
import { mkdirSync } from "node:fs";
import { dirname, join } from "node:path";

import { LossboundError, messageOf } from "../base/errors.js";
import { deleteOwned, folderPrefix, type OwnedFolder, parentFor } from "./owned-folder.js";
import { clearLeftovers, type Leftover } from "./leftovers.js";
import { openWarden } from "./warden-client.js";
import type { HostedProcess, ProcessOrder } from "./hosted-process.js";

/** Processes and folders that cannot outlive this process. Every environment is built on it. */
export interface Hosting extends AsyncDisposable {
  /** Identifies this run among all runs on this machine. */
  readonly id: string;
  /** Aborted with the error to throw if the warden dies, because all processes are then killed. */
  readonly died: AbortSignal;
  start(order: ProcessOrder): Promise<HostedProcess>;
  /** Creates `lossbound-<id>-<name>`, in memory if `bytes` (default: 1 MiB) fit there. */
  folder(name: string, bytes?: number): Promise<OwnedFolder>;
  /**
   * Creates the folder `path`, which is deleted when this process ends. Its name must begin with
   * `lossbound-`.
   *
   * @throws LossboundError `ENVIRONMENT`
   */
  claim(path: string): Promise<OwnedFolder>;
}

/** Receives progress messages for the user, one line each. */
export type Progress = (line: string) => void;

/**
 * Starts a warden, and removes what earlier runs left behind if they and their wardens were killed.
 */
export async function openHosting(progress: Progress): Promise<Hosting> {
  const id = `${Date.now().toString(36)}${randomBytes(3).toString("hex")}`;
  await clearEarlierRuns(progress);
  const warden = await openWarden(id);

  /** Bytes reserved for folders in memory; they may not be in use yet. */
  let reserved = 0;

  const claim = async (path: string): Promise<OwnedFolder> => {
    // The warden must know the folder before it exists; otherwise a crash could leave it behind.
    await warden.own(path);
    warden.died.throwIfAborted();
    try {
      mkdirSync(dirname(path), { recursive: true });
      mkdirSync(path, { mode: 0o700 });
    } catch (error) {
      await warden.disown(path);
      throw new LossboundError("ENVIRONMENT", `cannot create the folder "${path}": ${messageOf(error)}`, {
        cause: error,
      });
    }
    return {
      path,
      async [Symbol.asyncDispose]() {
        await deleteOwned(path);
        await warden.disown(path);
      },
    };
  };

  const folder = async (name: string, bytes = 1024 * 1024): Promise<OwnedFolder> => {
    const parent = parentFor(reserved + bytes);
    reserved += bytes;
    let isReserved = true;
    const owned = await claim(join(parent, `${folderPrefix}${id}-${name}`));
    return {
      path: owned.path,
      async [Symbol.asyncDispose]() {
        if (isReserved) reserved -= bytes;
        isReserved = false;
        await owned[Symbol.asyncDispose]();
      },
    };
  };

  return {
    id,
    died: warden.died,
    start: (order) => warden.start(order),
    folder,
    claim,
    [Symbol.asyncDispose]: () => warden[Symbol.asyncDispose](),
  };
}

/** Removes leftovers. Those that cannot be removed must not block a run; `doctor` lists them. */
async function clearEarlierRuns(progress: Progress): Promise<void> {
  let cleared: Leftover[];
  try {
    cleared = await clearLeftovers();
  } catch (error) {
    progress(
      `could not remove all leftovers of killed runs (run lossbound doctor to list them): ${messageOf(error)}`,
    );
    return;
  }
  if (cleared.length === 0) return;
  const processes = cleared.flatMap((run) => run.processes).length;
  const folders = cleared.flatMap((run) => run.folders).length;
  progress(
    `removed leftovers of ${cleared.length} killed run(s): ${processes} process(es), ${folders} folder(s)`,
  );
}
