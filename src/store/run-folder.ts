import { cp, rename, writeFile } from "node:fs/promises";
import { basename, dirname, join } from "node:path";

import { LossboundError, messageOf } from "../base/errors.js";
import type { Environment } from "../environment/environment.js";
import type { OwnedFolder } from "../processes/owned-folder.js";
import { reportName } from "../results/file-names.js";
import { renderRunPage } from "../views/html/run-page.js";
import type { Result } from "../results/result.js";
import { type Mark, isOurs, isTaken, partialName } from "./result-places.js";

/**
 * The folder that a run writes to. It has a temporary name until it is moved to `out/<scenario>`.
 */
export interface RunFolder extends AsyncDisposable {
  readonly path: string;
  /**
   * Copies a folder into this one.
   *
   * @throws LossboundError `ENVIRONMENT`
   */
  take(from: string, name: string): Promise<void>;
  /**
   * Adds the result, as data and as a page, and moves the folder to its final path, so that the
   * folder is complete as soon as it exists there.
   *
   * @throws LossboundError `ENVIRONMENT`
   */
  keep(result: Result): Promise<void>;
  /**
   * Keeps the files of a run without a result as `out/<scenario>-failed`. An earlier one is
   * replaced; if something else has that name, a longer name is used.
   *
   * @returns the path of the folder.
   * @throws LossboundError `ENVIRONMENT`
   */
  keepFailed(): Promise<string>;
}

/**
 * Opens the folder of a run. The paths were checked for all scenarios before (`refuseBadPlaces`).
 */
export async function openRunFolder(
  environment: Pick<Environment, "claim">,
  out: string,
  scenario: string,
): Promise<RunFolder> {
  const name = partialName(scenario);
  const partial = await environment.claim(join(out, name));
  return {
    path: partial.path,
    take: (from, into) => {
      const to = join(partial.path, into);
      return onDisk(`copy ${from} to ${to}`, () => cp(from, to, { recursive: true, errorOnExist: true }));
    },
    async keep(result) {
      await write("result.json", inJson(result));
      await write(reportName, renderRunPage(result, `../${reportName}`));
      await putInPlace(environment, partial, join(out, scenario), "result");
    },
    async keepFailed() {
      await write("failed.json", inJson({ schema: "lossbound.failed/1" }));
      const usual = join(out, `${scenario}-failed`);
      const stamp = name.slice(name.lastIndexOf("-") + 1);
      const target = isTaken(usual) && !isOurs(usual, "failed") ? `${usual}-${stamp}` : usual;
      await putInPlace(environment, partial, target, "failed");
      return target;
    },
    [Symbol.asyncDispose]: () => partial[Symbol.asyncDispose](),
  };

  async function write(file: string, content: string): Promise<void> {
    const path = join(partial.path, file);
    await onDisk(`write ${path}`, () => writeFile(path, content));
  }
}

function inJson(content: object): string {
  return `${JSON.stringify(content, undefined, 2)}\n`;
}

/**
 * Moves a folder to its final path. An earlier folder is moved aside, and deleted only when the new
 * one is in place. The path is checked once more, since another program may have created it
 * meanwhile.
 */
async function putInPlace(
  environment: Pick<Environment, "claim">,
  partial: OwnedFolder,
  target: string,
  mark: Mark,
): Promise<void> {
  const taken = isTaken(target);
  if (taken && !isOurs(target, mark)) {
    throw new LossboundError(
      "ENVIRONMENT",
      `cannot move the files of the run to ${target}: another program created it during the run`,
    );
  }
  const aside = join(dirname(partial.path), `${basename(partial.path)}-earlier`);
  await using earlier = taken ? await environment.claim(aside) : undefined;
  await onDisk(`move the files of the run to ${target}`, async () => {
    if (earlier !== undefined) await rename(target, join(earlier.path, basename(target)));
    await rename(partial.path, target);
  });
}

async function onDisk(what: string, act: () => Promise<void>): Promise<void> {
  try {
    await act();
  } catch (error) {
    throw new LossboundError("ENVIRONMENT", `cannot ${what}: ${messageOf(error)}`, { cause: error });
  }
}
