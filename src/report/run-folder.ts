import { cp, readFile, rename, stat, writeFile } from "node:fs/promises";
import { basename, join } from "node:path";

import { LossboundError } from "../base/errors.js";
import type { Environment, OwnedFolder } from "../environment/environment.js";
import type { Result } from "./result.js";

/** The folder that a run writes to: `out/<scenario>` in the end, and until then one of a passing name. */
export interface RunFolder extends AsyncDisposable {
  readonly path: string;
  /** Copies a folder into it. */
  take(from: string, name: string): Promise<void>;
  /** Adds the result, and puts the folder in its place: whoever sees it there sees all of it. */
  keep(result: Result): Promise<void>;
}

const resultName = "result.json";

/** @throws LossboundError `USAGE` where something that is no result of ours is in its place. */
export async function openRunFolder(
  environment: Environment,
  out: string,
  scenario: string,
): Promise<RunFolder> {
  const place = join(out, scenario);
  await refuseToReplaceOthers(place);
  const partial = await environment.claim(
    join(out, `lossbound-partial-${scenario}-${Date.now().toString(36)}`),
  );
  return {
    path: partial.path,
    take: (from, name) => cp(from, join(partial.path, name), { recursive: true, errorOnExist: true }),
    keep: async (result) => {
      await writeFile(join(partial.path, resultName), `${JSON.stringify(result, undefined, 2)}\n`);
      await putInPlace(environment, partial, place);
    },
    [Symbol.asyncDispose]: () => partial[Symbol.asyncDispose](),
  };
}

/** An earlier result steps aside first: it is deleted only when the new one has its place. */
async function putInPlace(environment: Environment, partial: OwnedFolder, place: string): Promise<void> {
  const aside = join(partial.path, "..", `${basename(partial.path)}-earlier`);
  await using earlier = (await exists(place)) ? await environment.claim(aside) : undefined;
  if (earlier !== undefined) await rename(place, join(earlier.path, basename(place)));
  await rename(partial.path, place);
}

async function refuseToReplaceOthers(place: string): Promise<void> {
  if (!(await exists(place))) return;
  try {
    const { schema } = JSON.parse(await readFile(join(place, resultName), "utf8")) as { schema?: unknown };
    if (typeof schema === "string" && schema.startsWith("lossbound.result/")) return;
  } catch {
    // Not a result: said below.
  }
  throw new LossboundError(
    "USAGE",
    `${place} exists and is not the result of a run: move it, or choose another --out`,
  );
}

async function exists(path: string): Promise<boolean> {
  return await stat(path).then(
    () => true,
    () => false,
  );
}
