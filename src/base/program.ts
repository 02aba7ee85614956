import { basename, dirname, relative } from "node:path";

/** How this process was started. */
export interface Started {
  /** The script passed to Node, if any. */
  script: string | undefined;
  /** The working directory at the start. */
  cwd: string;
  /** Whether npm started it. */
  byNpm: boolean;
}

/**
 * Returns the command that runs lossbound here, as arguments for a shell: `lossbound` if it is on
 * PATH, `npx lossbound` if npm (or a program that uses it as a library) runs it from a project or a
 * clone, and otherwise `node` with its script.
 */
export function programOf({ script, cwd, byNpm }: Started): readonly string[] {
  const byNpx = ["npx", "lossbound"];
  if (script === undefined || byNpm || basename(dirname(script)) === ".bin") return byNpx;
  if (basename(script) === "lossbound") return ["lossbound"];
  if (basename(script) !== "cli.js") return byNpx;
  const below = relative(cwd, script);
  return ["node", below.startsWith("..") ? script : below];
}

/** Returns the command that runs lossbound in the way this process was started. */
export function programHere(): readonly string[] {
  const byNpm = process.env["npm_command"] !== undefined;
  return programOf({ script: process.argv[1], cwd: process.cwd(), byNpm });
}
