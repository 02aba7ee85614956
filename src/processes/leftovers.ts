import { existsSync } from "node:fs";

import { waitUntil } from "../base/wait.js";
import { deleteOwned } from "./owned-folder.js";
import { isAlive, killGroup, type ProcessIdentity } from "./identity.js";
import { readState, removeState, stateFiles, type WardenState } from "./warden-state.js";

/** The leftovers of a run whose lossbound and warden were both killed. */
export interface Leftover {
  readonly stateFile: string;
  readonly id: string;
  /** Processes that are still running. */
  readonly processes: readonly (ProcessIdentity & { readonly name: string })[];
  /** Folders that still exist. */
  readonly folders: readonly string[];
}

/** Lists the leftovers of runs whose lossbound and warden are both dead. */
export function findLeftovers(): Leftover[] {
  return stateFiles().flatMap((stateFile) => {
    const state = readState(stateFile);
    if (state === undefined || isAlive(state.lossbound) || isAlive(state.warden)) return [];
    return [leftoverOf(stateFile, state)];
  });
}

/** Removes the leftovers of all dead runs, and returns what it removed. */
export async function clearLeftovers(): Promise<Leftover[]> {
  const found = findLeftovers();
  for (const leftover of found) await clearLeftover(leftover);
  return found;
}

/** Returns the leftovers in a state file, even if its lossbound or its warden is still alive. */
export function leftoverIn(stateFile: string): Leftover | undefined {
  const state = readState(stateFile);
  return state && leftoverOf(stateFile, state);
}

/**
 * Kills the processes, then deletes the folders, then the state file. The state file is last, so
 * that the next run finishes the job if this one is killed.
 */
export async function clearLeftover({ stateFile, processes, folders }: Leftover): Promise<void> {
  processes.forEach(killGroup);
  await waitUntil(
    `processes of an earlier run to end: ${processes.map(({ name, pid }) => `${name} (${pid})`).join(", ")}`,
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
