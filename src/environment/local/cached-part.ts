import { existsSync } from "node:fs";
import { mkdir, readdir, rename } from "node:fs/promises";
import { randomBytes } from "node:crypto";
import { join } from "node:path";

import { cacheFolder } from "../../base/cache-folder.js";
import type { Hosting } from "../../processes/hosting.js";
import { deleteOwned, folderPrefix } from "../../processes/owned-folder.js";
import { identify } from "../../processes/identity.js";

/** Where the parts are: a folder each, and beside them, for a while, the folders of those being built. */
export function partsFolder(): string {
  return join(cacheFolder(), "parts");
}

/**
 * The folder of the part `name`; built by `build` when there is none yet: in the folder it is given,
 * and not in the place that the part will have, which is given for the user to read.
 *
 * A part is built in a folder beside its place and moved there in one step: whatever is in place is
 * complete. Two that build the same at once do no harm, the second to arrive takes what it finds;
 * and what a killed one left is deleted here by the next.
 */
export async function cachedPart(
  hosting: Pick<Hosting, "claim">,
  name: string,
  build: (folder: string, place: string) => Promise<void>,
): Promise<string> {
  const place = join(partsFolder(), name);
  if (existsSync(place)) return place;
  await mkdir(partsFolder(), { recursive: true });
  await sweepAbandoned();
  await using building = await hosting.claim(join(partsFolder(), buildingName(name)));
  await build(building.path, place);
  await moveInPlace(building.path, place);
  return place;
}

const building = new RegExp(`^${folderPrefix}building-([0-9]+)-([^-]*)-`);

/** The name says who builds: a process id alone may belong to somebody else by the time of the sweep. */
function buildingName(part: string): string {
  const startedAt = identify(process.pid)?.startedAt ?? "";
  return `${folderPrefix}building-${process.pid}-${forName(startedAt)}-${randomBytes(3).toString("hex")}-${part}`;
}

async function sweepAbandoned(): Promise<void> {
  for (const name of await readdir(partsFolder())) {
    const [, pid, startedAt] = building.exec(name) ?? [];
    if (pid === undefined) continue;
    const builder = identify(Number(pid));
    if (builder && forName(builder.startedAt) === startedAt) continue;
    await deleteOwned(join(partsFolder(), name));
  }
}

async function moveInPlace(from: string, place: string): Promise<void> {
  try {
    await rename(from, place);
  } catch (error) {
    if (!existsSync(place)) throw error;
    // Another one was first. Its part is as complete as this one.
  }
}

function forName(startedAt: string): string {
  return startedAt.replaceAll(/[^0-9A-Za-z]+/g, "_");
}
