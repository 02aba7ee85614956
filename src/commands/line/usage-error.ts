import { LossboundError } from "../../base/errors.js";

/** A command line that cannot be meant, with everything that is wrong with it and where to read on. */
export function usageError(problems: readonly string[], command?: string): LossboundError {
  const help = `see \`lossbound help${command === undefined ? "" : ` ${command}`}\``;
  const [first = "nothing to do", ...others] = problems;
  if (others.length === 0) return new LossboundError("USAGE", first, { detail: help });
  return new LossboundError("USAGE", `${problems.length} problems on the command line`, {
    detail: [...problems.map((problem) => `- ${problem}`), help].join("\n"),
  });
}
