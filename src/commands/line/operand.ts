import { usageError } from "./usage-error.js";

/**
 * Returns the operand of a command that takes exactly one.
 *
 * @throws LossboundError `USAGE`
 */
export function onlyOperand(operands: readonly string[], what: string, command: string): string {
  const [first, ...others] = operands;
  if (first === undefined) throw usageError([`${command} requires ${what}`], command);
  if (others.length > 0)
    throw usageError([`${command} expects ${what}, got ${operands.length} operands`], command);
  return first;
}
