import { accessSync, constants } from "node:fs";
import { delimiter, join } from "node:path";

/**
 * Returns the path of an optional tool, by the first of its names that is on PATH. If it is
 * missing, it prints a message once per file and returns `undefined`; tests that need it are then
 * skipped (`test.skipIf`). With LOSSBOUND_REQUIRE_TOOLS=1 a missing tool is an error, because a
 * skipped test could hide a failure.
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
