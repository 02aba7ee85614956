import { accessSync, constants } from "node:fs";
import { delimiter, join } from "node:path";

/**
 * Where a tool is that some tests want and not every machine has, by the first of its names that is on PATH.
 * `undefined`: there is none, and tests that want it are skipped (`test.skipIf`), which is said once a file.
 * Where LOSSBOUND_REQUIRE_TOOLS is 1, that is an error: there, a skipped test would hide something.
 */
export function toolForTests(...names: [string, ...string[]]): string | undefined {
  const folders = (process.env["PATH"] ?? "").split(delimiter);
  const found = names.flatMap((name) => folders.map((folder) => join(folder, name))).find(isExecutable);
  if (found !== undefined) return found;
  const missing =
    names.length === 1 ? `${names[0]} is not on PATH` : `none of ${names.join(", ")} is on PATH`;
  if (process.env["LOSSBOUND_REQUIRE_TOOLS"] === "1") throw new Error(missing);
  process.stderr.write(`${missing}: the tests that need it are skipped\n`);
  return undefined;
}

function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}
