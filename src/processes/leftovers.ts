import { existsSync } from "node:fs";

import { waitUntil } from "../base/wait.js";
import { deleteOwned } from "./owned-folder.js";
import { isAlive, killGroup, type ProcessIdentity } from "./identity.js";
import { readState, removeState, stateFiles, type WardenState } from "./warden-state.js";

/** What a run left behind whose lossbound and whose warden were both killed. */
export interface Leftover {
  readonly stateFile: string;
  readonly id: string;
  /** Processes that still run. */
  readonly processes: readonly (ProcessIdentity & { readonly name: string })[];
  /** Folders that still exist. */
  readonly folders: readonly string[];
}

/** Runs that nobody looks after any more. A run whose lossbound or warden lives is not among them. */
export function findLeftovers(): Leftover[] {
  return stateFiles().flatMap((stateFile) => {
    const state = readState(stateFile);
    if (state === undefined || isAlive(state.lossbound) || isAlive(state.warden)) return [];
    return [leftoverOf(stateFile, state)];
  });
}

/** Clears them all, and gives what there was. */
export async function clearLeftovers(): Promise<Leftover[]> {
  const found = findLeftovers();
  for (const leftover of found) await clearLeftover(leftover);
  return found;
}

/** What is left of the run of this state file, whoever of the two still lives. */
export function leftoverIn(stateFile: string): Leftover | undefined {
  const state = readState(stateFile);
  return state && leftoverOf(stateFile, state);
}

/**
 * Kills, then deletes, then forgets: the state file goes last, so that a sweep that is itself killed
 * is finished by the next one.
 */
export async function clearLeftover({ stateFile, processes, folders }: Leftover): Promise<void> {
  processes.forEach(killGroup);
  await waitUntil(
    `the processes of an earlier run to end: ${processes.map(({ name, pid }) => `${name} (${pid})`).join(", ")}`,
    () => !processes.some(isAlive),
    { limitMs: 10_000, everyMs: 10 },
  );
  for (const folder of folders) await deleteOwned(folder);
  removeState(stateFile);
}

function leftoverOf(stateFile: string, state: WardenState): Leftover {
  return {
    stateFile,
    id: state.id,
    processes: state.processes.filter(isAlive),
    folders: state.folders.filter((folder) => existsSync(folder)),
  };
}
