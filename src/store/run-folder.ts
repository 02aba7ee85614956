import { cp, rename, writeFile } from "node:fs/promises";
import { basename, dirname, join } from "node:path";

import { LossboundError, messageOf } from "../base/errors.js";
import type { Environment } from "../environment/environment.js";
import type { OwnedFolder } from "../processes/owned-folder.js";
import { reportName } from "../results/file-names.js";
import { renderRunPage } from "../views/html/run-page.js";
import type { Result } from "../results/result.js";
import { type Mark, isOurs, isTaken, partialName } from "./result-places.js";

/** The folder that a run writes to: `out/<scenario>` in the end, and until then one of a passing name. */
export interface RunFolder extends AsyncDisposable {
  readonly path: string;
  /**
   * Copies a folder into it.
   *
   * @throws LossboundError `ENVIRONMENT`
   */
  take(from: string, name: string): Promise<void>;
  /**
   * Adds the result, as data and as a page, and puts the folder in its place: whoever sees it there sees all of it.
   *
   * @throws LossboundError `ENVIRONMENT`
   */
  keep(result: Result): Promise<void>;
  /**
   * Keeps what there is of a run that has no result, as `out/<scenario>-failed`. An earlier one is
   * replaced; where something else has that name, a longer one is taken.
   *
   * @returns where it is.
   * @throws LossboundError `ENVIRONMENT`
   */
  keepFailed(): Promise<string>;
}

/** Whether the places are free was asked before the run, for all scenarios at once (`refuseBadPlaces`). */
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
      const place = isTaken(usual) && !isOurs(usual, "failed") ? `${usual}-${stamp}` : usual;
      await putInPlace(environment, partial, place, "failed");
      return place;
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
 * An earlier one steps aside first: it is deleted only when the new one has its place. It is looked
 * at once more, since what came there during the run is not ours to delete.
 */
async function putInPlace(
  environment: Pick<Environment, "claim">,
  partial: OwnedFolder,
  place: string,
  mark: Mark,
): Promise<void> {
  const taken = isTaken(place);
  if (taken && !isOurs(place, mark)) {
    throw new LossboundError(
      "ENVIRONMENT",
      `${place} appeared during the run and is none of ours: the files of the run have no place`,
    );
  }
  const aside = join(dirname(partial.path), `${basename(partial.path)}-earlier`);
  await using earlier = taken ? await environment.claim(aside) : undefined;
  await onDisk(`put the files of the run at ${place}`, async () => {
    if (earlier !== undefined) await rename(place, join(earlier.path, basename(place)));
    await rename(partial.path, place);
  });
}

async function onDisk(what: string, act: () => Promise<void>): Promise<void> {
  try {
    await act();
  } catch (error) {
    throw new LossboundError("ENVIRONMENT", `cannot ${what}: ${messageOf(error)}`, { cause: error });
  }
}
