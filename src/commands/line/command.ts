import { type CommandLine, type Options, readCommandLine } from "./command-line.js";
import type { Shell } from "./shell.js";

/** One command of lossbound: the texts of its help page and the function that runs it. */
export interface Command {
  readonly name: string;
  /** One line, for the list of commands. */
  readonly summary: string;
  /** Operands after the name, such as `FILE…`; empty if the command has none. */
  readonly operands: string;
  /** Paragraphs of the command's own help page. */
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

/** Defines a command whose `run` gets exactly the options that the command declares. */
export function defineCommand<const O extends Options>(definition: Definition<O>): Command {
  const { name, options, run } = definition;
  return {
    ...definition,
    run: (args, shell) => run(readCommandLine(name, options, args), shell),
  };
}
