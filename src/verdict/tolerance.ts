import type { Disturbance } from "./disturbances.js";

/** Bounds on what a lost session can take. */
const ofLostSessions = new Set(["lost", "silentlyLost", "lostBy.after-commit", "unexplained"]);

/**
 * By how many messages, at most, what the machine did can have moved a number away from its bound. Its pace moves
 * only a number that depends on it: not "none", not what no fault explains, and not a bound that the run itself gives.
 * What a lost session took was seen to be lost, and counts for every loss. Nothing excuses a violation.
 *
 * @param bound its `max` is in messages; `null`: it has none.
 */
export function toleratedBy(
  { name, max, exposed }: { name: string; max: number | null; exposed: boolean },
  disturbances: readonly Disturbance[],
): number {
  const isPaced = max !== 0 && !exposed && name !== "unexplained";
  return disturbances
    .filter(({ kind }) =>
      kind === "session-lost" ? ofLostSessions.has(name) : isPaced && name !== "violations",
    )
    .reduce((sum, { messages }) => sum + messages, 0);
}

/** What the machine did, as reasons for a verdict. */
export function disturbedInWords(disturbances: readonly Disturbance[]): string[] {
  return disturbances.map(({ words }) => `the machine: ${words}`);
}
