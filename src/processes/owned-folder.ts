import { statfsSync } from "node:fs";
import { rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { basename } from "node:path";

/** A folder of ours: disposing it deletes it; so does the warden when this process ends before that. */
export interface OwnedFolder extends AsyncDisposable {
  readonly path: string;
}

/** Every folder of ours starts like this; nothing else is ever deleted. */
export const folderPrefix = "lossbound-";

const memory = "/dev/shm";

/** Left free for others, so that a run never fills the memory of the machine. */
const marginBytes = 256 * 1024 * 1024;

/** The folder for new folders: on memory where `bytes` fit there, on disk otherwise. */
export function placeFor(bytes: number): string {
  try {
    const { bavail, bsize } = statfsSync(memory);
    return bavail * bsize >= bytes + marginBytes ? memory : tmpdir();
  } catch {
    return tmpdir();
  }
}

/** Deletes a folder of ours, one that is already gone too. Repeats while something still writes there. */
export async function deleteOwned(folder: string): Promise<void> {
  if (!basename(folder).startsWith(folderPrefix)) {
    throw new Error(`${folder} does not look like a folder of lossbound's`);
  }
  await rm(folder, { recursive: true, force: true, maxRetries: 20, retryDelay: 25 });
}
