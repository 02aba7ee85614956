import { exitCode } from "../../base/errors.js";
import type { Verdict } from "../../verdict/judge.js";

/**
 * Returns the exit code of several scenarios, which is that of the most serious verdict: broken,
 * then inconclusive, then held. A scenario that could not run outweighs them all, but throws
 * instead.
 */
export function exitCodeOfVerdicts(verdicts: readonly Verdict[]): number {
  if (verdicts.includes("broken")) return exitCode.broken;
  if (verdicts.includes("inconclusive")) return exitCode.inconclusive;
  // Without a verdict, nothing has held.
  return verdicts.length === 0 ? exitCode.couldNotRun : exitCode.held;
}
