import { existsSync } from "node:fs";
import { mkdir, readdir, rename } from "node:fs/promises";
import { randomBytes } from "node:crypto";
import { join } from "node:path";

import { cacheFolder } from "../../base/cache-folder.js";
import type { Hosting } from "../../processes/hosting.js";
import { deleteOwned, folderPrefix } from "../../processes/owned-folder.js";
import { identify } from "../../processes/identity.js";

/**
 * Returns the folder of the parts. It holds one folder per part, and those of builds in progress.
 */
export function partsFolder(): string {
  return join(cacheFolder(), "parts");
}

/**
 * Returns the folder of the part `name`, and builds the part first if it is not cached.
 *
 * A part is built in a temporary folder next to its final one and renamed in one step, so the final
 * folder is always complete. Two builds of the same part at once do no harm: the second one to
 * finish uses the result of the first. The next build deletes the folder of a build that was
 * killed.
 *
 * @param build builds the part in `folder`; `destination` is the final folder, for messages only.
 */
export async function cachedPart(
  hosting: Pick<Hosting, "claim">,
  name: string,
  build: (folder: string, destination: string) => Promise<void>,
): Promise<string> {
  const destination = join(partsFolder(), name);
  if (existsSync(destination)) return destination;
  await mkdir(partsFolder(), { recursive: true });
  await deleteAbandoned();
  await using building = await hosting.claim(join(partsFolder(), buildingName(name)));
  await build(building.path, destination);
  await moveTo(destination, building.path);
  return destination;
}

const building = new RegExp(`^${folderPrefix}building-([0-9]+)-([^-]*)-`);

/**
 * Names the builder by process id and start time, because another process may reuse the id later.
 */
function buildingName(part: string): string {
  const startedAt = identify(process.pid)?.startedAt ?? "";
  return `${folderPrefix}building-${process.pid}-${forName(startedAt)}-${randomBytes(3).toString("hex")}-${part}`;
}

async function deleteAbandoned(): Promise<void> {
  for (const name of await readdir(partsFolder())) {
    const [, pid, startedAt] = building.exec(name) ?? [];
    if (pid === undefined) continue;
    const builder = identify(Number(pid));
    if (builder && forName(builder.startedAt) === startedAt) continue;
    await deleteOwned(join(partsFolder(), name));
  }
}

async function moveTo(destination: string, from: string): Promise<void> {
  try {
    await rename(from, destination);
  } catch (error) {
    if (!existsSync(destination)) throw error;
    // Another build finished first. Its part is as complete as this one.
  }
}

function forName(startedAt: string): string {
  return startedAt.replaceAll(/[^0-9A-Za-z]+/g, "_");
}
