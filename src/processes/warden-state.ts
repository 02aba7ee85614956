import { readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { hostname } from "node:os";
import { basename, join } from "node:path";

import { cacheFolder } from "../base/cache-folder.js";
import { folderPrefix } from "./owned-folder.js";
import type { ProcessIdentity } from "./identity.js";

/**
 * The processes and folders that one warden must remove. It is stored in
 * `<cache>/running/<id>.json`, so that the next run can finish the job if both the warden and
 * lossbound are killed.
 */
export interface WardenState {
  readonly schema: "lossbound.running/1";
  readonly id: string;
  /** Another machine or container may share the cache, and process ids mean nothing there. */
  readonly host: string;
  readonly lossbound: ProcessIdentity;
  readonly warden: ProcessIdentity;
  readonly processes: readonly (ProcessIdentity & { readonly name: string })[];
  readonly folders: readonly string[];
}

/** Returns the folder of the state files. */
export function runningFolder(): string {
  return join(cacheFolder(), "running");
}

export function stateFileOf(id: string): string {
  return join(runningFolder(), `${id}.json`);
}

/** Replaces the file atomically, so that neither a reader nor a crash ever sees half of it. */
export function writeState(stateFile: string, state: WardenState): void {
  const next = `${stateFile}.next`;
  writeFileSync(next, JSON.stringify(state, undefined, 2));
  renameSync(next, stateFile);
}

/** Reads a state; `undefined` if the file is missing, invalid or from another machine. */
export function readState(stateFile: string): WardenState | undefined {
  let read: unknown;
  try {
    read = JSON.parse(readFileSync(stateFile, "utf8"));
  } catch {
    return undefined;
  }
  return isState(read) && read.host === hostname() ? read : undefined;
}

export function removeState(stateFile: string): void {
  rmSync(`${stateFile}.next`, { force: true });
  rmSync(stateFile, { force: true });
}

/** Lists all state files, including those of active runs. */
export function stateFiles(): string[] {
  try {
    return readdirSync(runningFolder())
      .filter((name) => name.endsWith(".json"))
      .map((name) => join(runningFolder(), name));
  } catch {
    return [];
  }
}

/**
 * Validates every field, because the file decides which processes are killed and folders deleted.
 */
function isState(read: unknown): read is WardenState {
  if (typeof read !== "object" || read === null) return false;
  const state = read as Partial<Record<keyof WardenState, unknown>>;
  return (
    state.schema === "lossbound.running/1" &&
    typeof state.id === "string" &&
    typeof state.host === "string" &&
    isIdentity(state.lossbound) &&
    isIdentity(state.warden) &&
    Array.isArray(state.processes) &&
    state.processes.every(isIdentity) &&
    Array.isArray(state.folders) &&
    state.folders.every((folder) => typeof folder === "string" && basename(folder).startsWith(folderPrefix))
  );
}

function isIdentity(read: unknown): read is ProcessIdentity {
  if (typeof read !== "object" || read === null) return false;
  const { pid, startedAt } = read as Partial<Record<keyof ProcessIdentity, unknown>>;
  // With an id of 1 or below, a kill of the group would reach unrelated processes.
  return Number.isInteger(pid) && (pid as number) > 1 && typeof startedAt === "string";
}
