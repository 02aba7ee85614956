import { usageError } from "./usage-error.js";

/** The one operand of a command that takes exactly one. */
export function onlyOperand(operands: readonly string[], what: string, command: string): string {
  const [first, ...others] = operands;
  if (first === undefined) throw usageError([`${command} needs ${what}`], command);
  if (others.length > 0)
    throw usageError([`${command} takes ${what}, and found ${operands.length} operands`], command);
  return first;
}
