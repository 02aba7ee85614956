import { basename, dirname, relative } from "node:path";

/** What is known of how this process was started. */
export interface Started {
  /** The script that Node was given; `undefined`: none. */
  script: string | undefined;
  /** The folder that it was started in. */
  cwd: string;
  /** Whether npm started it. */
  byNpm: boolean;
}

/**
 * The words that call lossbound here, as a shell takes them: by its name where it is on PATH, by npx where npm
 * (or a program that uses it as a library) has it in a project or a clone, and else by its script.
 */
export function programOf({ script, cwd, byNpm }: Started): readonly string[] {
  const byNpx = ["npx", "lossbound"];
  if (script === undefined || byNpm || basename(dirname(script)) === ".bin") return byNpx;
  if (basename(script) === "lossbound") return ["lossbound"];
  if (basename(script) !== "cli.js") return byNpx;
  const below = relative(cwd, script);
  return ["node", below.startsWith("..") ? script : below];
}

/** Of this process. */
export function programHere(): readonly string[] {
  const byNpm = process.env["npm_command"] !== undefined;
  return programOf({ script: process.argv[1], cwd: process.cwd(), byNpm });
}
