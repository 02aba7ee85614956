import { LossboundError } from "../../base/errors.js";

/** One thing that is wrong with a scenario file, or with the definition of a scenario. */
export interface ScenarioProblem {
  /** Path of the file; of a definition `the scenario NAME`. */
  file: string;
  /** From 1, as editors count; 0 where it is about the file and nothing in it, and in a definition. */
  line: number;
  column: number;
  /** The key with all keys above it, e.g. `faults[0].toxic`; `the file` or `the scenario` where it is about all of it. */
  key: string;
  found: string;
  allowed: string;
  /** What was probably meant: one, or several among which the file does not decide. */
  meant?: readonly string[];
}

/** A scenario file or a definition is wrong. The message has one line for each problem, in the order of the file. */
export class ScenarioError extends LossboundError {
  override readonly name = "ScenarioError";
  readonly problems: readonly ScenarioProblem[];

  constructor(problems: readonly ScenarioProblem[], options: { cause?: unknown } = {}) {
    const ordered = problems.toSorted((one, other) => one.line - other.line || one.column - other.column);
    super("INPUT", ordered.map(renderProblem).join("\n"), options);
    this.problems = ordered;
  }
}

/** Keys of what is about all of it. */
export const wholeFile = "the file";
export const wholeDefinition = "the scenario";
const wholes: ReadonlySet<string> = new Set([wholeFile, wholeDefinition]);

export function renderProblem(problem: ScenarioProblem): string {
  const { file, line, column, key, found, allowed, meant = [] } = problem;
  const question = ` (did you mean ${meant.map((each) => `"${each}"`).join(" or ")}?)`;
  const within = line === 0 ? file : `${file}:${line}:${column}`;
  const place = line === 0 && wholes.has(key) ? file : `${within}: ${key}`;
  const words = `${place}: found ${found}, allowed ${allowed}`;
  return printable(meant.length === 0 ? words : words + question);
}

/**
 * The text on one line, without anything that a terminal would obey: what a file holds, and what it
 * is called, comes from strangers.
 */
function printable(text: string): string {
  return text.replace(/[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}]/gu, (character) => {
    const code = character.codePointAt(0) ?? 0;
    return `\\u{${code.toString(16)}}`;
  });
}
