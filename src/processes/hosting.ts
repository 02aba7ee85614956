import { randomBytes } from "node:crypto";
import { mkdirSync } from "node:fs";
import { dirname, join } from "node:path";

import { LossboundError, messageOf } from "../base/errors.js";
import { deleteOwned, folderPrefix, type OwnedFolder, placeFor } from "./owned-folder.js";
import { clearLeftovers, type Leftover } from "./leftovers.js";
import { openWarden } from "./warden-client.js";
import type { HostedProcess, ProcessOrder } from "./hosted-process.js";

/** Processes and folders that cannot outlive this process: what every environment is built on. */
export interface Hosting extends AsyncDisposable {
  /** Of this run, among all that run on this machine. */
  readonly id: string;
  /** Aborted, with the error to throw, when the warden died: all processes were killed. */
  readonly died: AbortSignal;
  start(order: ProcessOrder): Promise<HostedProcess>;
  /** A new folder `lossbound-<id>-<name>`; on memory where `bytes` (none said: a few) fit there. */
  folder(name: string, bytes?: number): Promise<OwnedFolder>;
  /**
   * Makes the folder `path`, whose name must begin with `lossbound-`, as one of ours.
   *
   * @throws LossboundError `ENVIRONMENT`
   */
  claim(path: string): Promise<OwnedFolder>;
}

/** Takes one line for the user about what goes on. */
export type Progress = (line: string) => void;

/** Opens a warden, and clears what runs that were killed along with theirs have left. */
export async function openHosting(progress: Progress): Promise<Hosting> {
  const id = `${Date.now().toString(36)}${randomBytes(3).toString("hex")}`;
  await clearEarlierRuns(progress);
  const warden = await openWarden(id);

  /** Bytes that were promised to folders on memory, and may not be used yet. */
  let promised = 0;

  const claim = async (path: string): Promise<OwnedFolder> => {
    // In this order: a folder that is made before the warden knows of it could be left behind.
    await warden.own(path);
    warden.died.throwIfAborted();
    try {
      mkdirSync(dirname(path), { recursive: true });
      mkdirSync(path, { mode: 0o700 });
    } catch (error) {
      await warden.disown(path);
      throw new LossboundError("ENVIRONMENT", `cannot make the folder ${path}: ${messageOf(error)}`, {
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
    const place = placeFor(promised + bytes);
    promised += bytes;
    let isPromised = true;
    const owned = await claim(join(place, `${folderPrefix}${id}-${name}`));
    return {
      path: owned.path,
      async [Symbol.asyncDispose]() {
        if (isPromised) promised -= bytes;
        isPromised = false;
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

/** What cannot be cleared does not stand in the way of a run: `doctor` shows it. */
async function clearEarlierRuns(progress: Progress): Promise<void> {
  let cleared: Leftover[];
  try {
    cleared = await clearLeftovers();
  } catch (error) {
    progress(
      `could not clear all that a killed run left behind (lossbound doctor shows it): ${messageOf(error)}`,
    );
    return;
  }
  if (cleared.length === 0) return;
  const processes = cleared.flatMap((run) => run.processes).length;
  const folders = cleared.flatMap((run) => run.folders).length;
  progress(
    `cleared what ${cleared.length} killed run(s) left behind: ${processes} process(es), ${folders} folder(s)`,
  );
}
