import { accessSync, constants, existsSync, lstatSync, mkdirSync, readFileSync, rmdirSync } from "node:fs";
import { dirname, join, resolve } from "node:path";

import { LossboundError, messageOf } from "../base/errors.js";
import { isOurPage } from "./page-files.js";
import { reportName } from "../results/file-names.js";

/** File names by which a folder of ours is known, and what their `schema` begins with. */
const marks = {
  /** The result of a run. */
  result: { file: "result.json", schema: "lossbound.result/" },
  /** What is left of a run that has no result. */
  failed: { file: "failed.json", schema: "lossbound.failed/" },
} as const;

export type Mark = keyof typeof marks;

/** Longer than what stands behind a run's folder in the paths of its files. */
const longestFile = `boxes-${"0".repeat(40)}`;

/**
 * Finds before a run what would stop it from writing its results: a folder that cannot be made or
 * written to, and something in the place of a result that is none of ours.
 *
 * @throws LossboundError `USAGE` with all that is wrong.
 */
export function refuseBadPlaces(out: string, scenarios: readonly string[]): void {
  const problems = scenarios.flatMap((scenario) => {
    const partial = partialName(scenario);
    const unwritable = whyNotMade(join(out, `${partial}-earlier`, partial, longestFile));
    // Where nothing can be written at all, once is enough to say so.
    return [
      ...(unwritable === undefined ? [] : [`${out}: ${unwritable}`]),
      ...problemsOfPlace(out, scenario),
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

/** Name of the folder of a run that is not finished; the warden deletes only what begins like this. */
export function partialName(scenario: string): string {
  return `lossbound-partial-${scenario}-${Date.now().toString(36)}`;
}

/** Whether a folder is one that may be replaced by another of its kind. */
export function isOurs(folder: string, mark: Mark): boolean {
  const { file, schema: expected } = marks[mark];
  try {
    const { schema } = JSON.parse(readFileSync(join(folder, file), "utf8")) as { schema?: unknown };
    return typeof schema === "string" && schema.startsWith(expected);
  } catch {
    return false;
  }
}

/** Whether something is there, a link that leads nowhere too. */
export function isTaken(path: string): boolean {
  return lstatSync(path, { throwIfNoEntry: false }) !== undefined;
}

/**
 * Makes the folder, and takes away again what it made: no look at permissions foresees a file system
 * that is read-only or a name that is too long. What another run puts there meanwhile stays.
 */
function whyNotMade(folder: string): string | undefined {
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

/** From the root down. */
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

function problemsOfPlace(out: string, scenario: string): string[] {
  const place = join(out, scenario);
  try {
    if (!isTaken(place)) return [];
    if (!isOurs(place, "result")) {
      return [`${place} exists and is not the result of a run: move it, or choose another folder (--out)`];
    }
    // To move a folder elsewhere takes the right to write into it.
    accessSync(place, constants.W_OK | constants.X_OK);
    return [];
  } catch (error) {
    return isAboutPath(error) ? [] : [`${place}: ${inWords(error)}`];
  }
}

/** Beside the folders of the runs lies a page of all of them. */
function problemsOfPage(out: string): string[] {
  const page = join(out, reportName);
  return existsSync(page) && !isOurPage(page)
    ? [`${page} exists and is no report: move it, or choose another folder (--out)`]
    : [];
}

/** Such a path cannot be made either, which is said already. */
function isAboutPath(error: unknown): boolean {
  return ["ENOTDIR", "ENAMETOOLONG", "ERR_INVALID_ARG_VALUE"].includes(codeOf(error));
}

function inWords(error: unknown): string {
  const words: Record<string, string> = {
    EACCES: "it may not be written to",
    EPERM: "it may not be written to",
    EROFS: "its file system is read-only",
    ENOTDIR: "it is no folder, or lies in something that is none",
    ENAMETOOLONG: "the name is too long",
    ENOSPC: "its file system is full",
  };
  const known = words[codeOf(error)];
  return known === undefined ? messageOf(error) : `${known} (${codeOf(error)})`;
}

function codeOf(error: unknown): string {
  return error instanceof Error && "code" in error ? String(error.code) : "";
}
