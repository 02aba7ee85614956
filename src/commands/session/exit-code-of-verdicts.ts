import { exitCode } from "../../base/errors.js";
import type { Verdict } from "../../verdict/judge.js";

/**
 * The exit code of several scenarios: that of the most serious one. A broken promise outweighs one
 * that was not put to the test, which outweighs one that held. A scenario that could not run
 * outweighs them all, since then nobody knows what it would have shown; it is thrown, and never
 * comes here.
 */
export function exitCodeOfVerdicts(verdicts: readonly Verdict[]): number {
  if (verdicts.includes("broken")) return exitCode.broken;
  if (verdicts.includes("inconclusive")) return exitCode.inconclusive;
  // Nothing to judge is not the same as held.
  return verdicts.length === 0 ? exitCode.couldNotRun : exitCode.held;
}
