import { readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { hostname } from "node:os";
import { basename, join } from "node:path";

import { cacheFolder } from "../base/cache-folder.js";
import { folderPrefix } from "./owned-folder.js";
import type { ProcessIdentity } from "./identity.js";

/**
 * What one warden has to clear away, on disk: whoever comes after both it and lossbound were killed
 * can finish the work. There is one file a warden, `<cache>/running/<id>.json`.
 */
export interface WardenState {
  readonly schema: "lossbound.running/1";
  readonly id: string;
  /** Process ids mean nothing on another machine, or in another container, that shares the cache. */
  readonly host: string;
  readonly lossbound: ProcessIdentity;
  readonly warden: ProcessIdentity;
  readonly processes: readonly (ProcessIdentity & { readonly name: string })[];
  readonly folders: readonly string[];
}

/** Folder of the state files. */
export function runningFolder(): string {
  return join(cacheFolder(), "running");
}

export function stateFileOf(id: string): string {
  return join(runningFolder(), `${id}.json`);
}

/** Replaces the file in one step, so that a reader, or a crash, never meets half of it. */
export function writeState(stateFile: string, state: WardenState): void {
  const next = `${stateFile}.next`;
  writeFileSync(next, JSON.stringify(state, undefined, 2));
  renameSync(next, stateFile);
}

/** `undefined` when there is no such file, or it is not a state of this machine. */
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

/** All state files there are, those of runs that go on included. */
export function stateFiles(): string[] {
  try {
    return readdirSync(runningFolder())
      .filter((name) => name.endsWith(".json"))
      .map((name) => join(runningFolder(), name));
  } catch {
    return [];
  }
}

/** The file decides what is killed and deleted, so nothing in it is taken on trust. */
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
  // Id 1, 0 or below would turn a kill of a group into something else altogether.
  return Number.isInteger(pid) && (pid as number) > 1 && typeof startedAt === "string";
}
