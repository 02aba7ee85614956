import { join } from "node:path";
import { fileURLToPath } from "node:url";

/** The folder of the repository, independent of the working directory. */
export const repository = fileURLToPath(new URL("../../", import.meta.url));

/** Returns the path of a file or folder in the repository. */
export function inRepository(...parts: string[]): string {
  return join(repository, ...parts);
}

/** The built command line. */
export const cli = inRepository("dist", "cli.js");

/** Returns the path of a program in test/fixtures. */
export function fixture(name: string): string {
  return inRepository("test", "fixtures", name);
}
