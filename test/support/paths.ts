import { join } from "node:path";
import { fileURLToPath } from "node:url";

/** The folder of the repository, whatever the working folder is. */
export const repository = fileURLToPath(new URL("../../", import.meta.url));

/** The path of a file or folder of the repository. */
export function inRepository(...parts: string[]): string {
  return join(repository, ...parts);
}

/** The command line as it was built. */
export const cli = inRepository("dist", "cli.js");

/** The path of a program in test/fixtures. */
export function fixture(name: string): string {
  return inRepository("test", "fixtures", name);
}
