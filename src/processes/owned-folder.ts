import { statfsSync } from "node:fs";
import { rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { basename } from "node:path";

/** A folder of lossbound. Disposing it deletes it; if this process ends first, the warden does. */
export interface OwnedFolder extends AsyncDisposable {
  readonly path: string;
}

/** The name of every folder of lossbound starts with this; no other folder is ever deleted. */
export const folderPrefix = "lossbound-";

const memory = "/dev/shm";

/** Memory that is left free, so that a run never fills the memory of the machine. */
const marginBytes = 256 * 1024 * 1024;

/** Returns the parent for a new folder: in memory if `bytes` fit there, otherwise on disk. */
export function parentFor(bytes: number): string {
  try {
    const { bavail, bsize } = statfsSync(memory);
    return bavail * bsize >= bytes + marginBytes ? memory : tmpdir();
  } catch {
    return tmpdir();
  }
}

/**
 * Deletes a folder of lossbound; does nothing if it no longer exists. Retries while a process is
 * still writing to it.
 */
export async function deleteOwned(folder: string): Promise<void> {
  if (!basename(folder).startsWith(folderPrefix)) {
    throw new Error(`cannot delete "${folder}" because its name does not begin with ${folderPrefix}`);
  }
  await rm(folder, { recursive: true, force: true, maxRetries: 20, retryDelay: 25 });
}
