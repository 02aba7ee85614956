import { type CommandLine, type Options, readCommandLine } from "./command-line.js";
import type { Shell } from "./shell.js";

/** One command of lossbound, as data: what help says of it, and what it does. */
export interface Command {
  readonly name: string;
  /** One line, for the list of commands. */
  readonly summary: string;
  /** What stands behind the name: `FILE…`, or nothing. */
  readonly operands: string;
  /** Sentences for the command's own page. */
  readonly about: readonly string[];
  readonly options: Options;
  readonly examples: readonly Example[];
  /** @returns the exit code. */
  readonly run: (args: readonly string[], shell: Shell) => Promise<number>;
}

export interface Example {
  command: string;
  does: string;
}

interface Definition<O extends Options> extends Omit<Command, "options" | "run"> {
  readonly options: O;
  readonly run: (line: CommandLine<O>, shell: Shell) => Promise<number>;
}

/** Binds what a command does to the options it names, so that it is given those and no others. */
export function defineCommand<const O extends Options>(definition: Definition<O>): Command {
  const { name, options, run } = definition;
  return {
    ...definition,
    run: (args, shell) => run(readCommandLine(name, options, args), shell),
  };
}
