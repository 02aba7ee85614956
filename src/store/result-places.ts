import { accessSync, constants, existsSync, lstatSync, mkdirSync, readFileSync, rmdirSync } from "node:fs";
import { dirname, join, resolve } from "node:path";

import { LossboundError, messageOf } from "../base/errors.js";
import { isOurPage } from "./page-files.js";
import { reportName } from "../results/file-names.js";

/** Files that mark a folder as written by lossbound, and the beginning of their `schema`. */
const marks = {
  /** The result of a run. */
  result: { file: "result.json", schema: "lossbound.result/" },
  /** The files of a run without a result. */
  failed: { file: "failed.json", schema: "lossbound.failed/" },
} as const;

export type Mark = keyof typeof marks;

/** Longer than any path inside a run's folder. */
const longestFile = `boxes-${"0".repeat(40)}`;

/**
 * Checks before a run that its results can be written: that the folders can be created, and that
 * they replace nothing that lossbound did not write.
 *
 * @throws LossboundError `USAGE` with all problems.
 */
export function refuseBadPlaces(out: string, scenarios: readonly string[]): void {
  const problems = scenarios.flatMap((scenario) => {
    const partial = partialName(scenario);
    const unwritable = creationProblemOf(join(out, `${partial}-earlier`, partial, longestFile));
    // The same for all scenarios, so that it is reported only once.
    return [
      ...(unwritable === undefined ? [] : [`${out}: ${unwritable}`]),
      ...problemsOfFolder(out, scenario),
    ];
  });
  problems.push(...problemsOfPage(out));
  const different = [...new Set(problems)];
  if (different.length === 0) return;
  const [only, ...others] = different;
  throw others.length === 0
    ? new LossboundError("USAGE", `cannot write results: ${only}`)
    : new LossboundError("USAGE", `cannot write results: ${different.length} problems`, {
        detail: different.map((problem) => `- ${problem}`).join("\n"),
      });
}

/**
 * Returns the name of the folder of an unfinished run. The warden deletes only folders with this
 * prefix.
 */
export function partialName(scenario: string): string {
  return `lossbound-partial-${scenario}-${Date.now().toString(36)}`;
}

/** Checks whether a folder was written by lossbound, so that another of its kind may replace it. */
export function isOurs(folder: string, mark: Mark): boolean {
  const { file, schema: expected } = marks[mark];
  try {
    const { schema } = JSON.parse(readFileSync(join(folder, file), "utf8")) as { schema?: unknown };
    return typeof schema === "string" && schema.startsWith(expected);
  } catch {
    return false;
  }
}

/** Checks whether a path exists, even as a broken symbolic link. */
export function isTaken(path: string): boolean {
  return lstatSync(path, { throwIfNoEntry: false }) !== undefined;
}

/**
 * Returns why a folder cannot be created, by creating and removing it. Permissions alone do not
 * reveal a read-only file system or a name that is too long. Files of a concurrent run are not
 * removed.
 */
function creationProblemOf(folder: string): string | undefined {
  const made: string[] = [];
  try {
    for (const path of withAncestors(resolve(folder))) {
      if (existsSync(path)) continue;
      mkdirSync(path);
      made.push(path);
    }
    return undefined;
  } catch (error) {
    return inWords(error);
  } finally {
    for (const path of made.toReversed()) removeEmpty(path);
  }
}

/** Returns the path and its ancestors, from the root down. */
function withAncestors(path: string): string[] {
  const above = dirname(path);
  return above === path ? [path] : [...withAncestors(above), path];
}

function removeEmpty(path: string): void {
  try {
    rmdirSync(path);
  } catch {
    // Another run is using it already.
  }
}

function problemsOfFolder(out: string, scenario: string): string[] {
  const folder = join(out, scenario);
  try {
    if (!isTaken(folder)) return [];
    if (!isOurs(folder, "result")) {
      return [`${folder} exists and is not the result of a run; move it or choose another folder (--out)`];
    }
    // Moving a folder requires write permission for it.
    accessSync(folder, constants.W_OK | constants.X_OK);
    return [];
  } catch (error) {
    return isAboutPath(error) ? [] : [`${folder}: ${inWords(error)}`];
  }
}

/** Checks the page of all runs, which is written beside their folders. */
function problemsOfPage(out: string): string[] {
  const page = join(out, reportName);
  return existsSync(page) && !isOurPage(page)
    ? [`${page} exists and is not a report; move it or choose another folder (--out)`]
    : [];
}

/** Such a path cannot be created either, which is already reported. */
function isAboutPath(error: unknown): boolean {
  return ["ENOTDIR", "ENAMETOOLONG", "ERR_INVALID_ARG_VALUE"].includes(codeOf(error));
}

function inWords(error: unknown): string {
  const words: Record<string, string> = {
    EACCES: "permission denied",
    EPERM: "permission denied",
    EROFS: "the file system is read-only",
    ENOTDIR: "not a folder, or a parent is not a folder",
    ENAMETOOLONG: "the name is too long",
    ENOSPC: "the file system is full",
  };
  const known = words[codeOf(error)];
  return known === undefined ? messageOf(error) : `${known} (${codeOf(error)})`;
}

function codeOf(error: unknown): string {
  return error instanceof Error && "code" in error ? String(error.code) : "";
}
