import { LossboundError } from "../../base/errors.js";

/**
 * Creates the error for an invalid command line, with all problems and a pointer to the help page.
 */
export function usageError(problems: readonly string[], command?: string): LossboundError {
  const help = `see \`lossbound help${command === undefined ? "" : ` ${command}`}\``;
  const [first = "nothing to do", ...others] = problems;
  if (others.length === 0) return new LossboundError("USAGE", first, { detail: help });
  return new LossboundError("USAGE", `${problems.length} problems on the command line`, {
    detail: [...problems.map((problem) => `- ${problem}`), help].join("\n"),
  });
}
