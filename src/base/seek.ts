import { waitUntil, type WaitOptions } from "./wait.js";

/** What came of looking for the state that shows a fault in force. */
export type Sought<T> =
  | { kind: "seen"; seen: T }
  /** It had its time, the last look got an answer, and it was not so. */
  | { kind: "missed" }
  /** The run was over before its time, or the last look got no answer. */
  | { kind: "unknown" };

/**
 * Looks for a state until it is there, until `limitMs` has passed, or until it is `over`. Whether it
 * failed to come is known only where it had `enoughMs`, and where somebody could still say so: a look
 * that throws has no answer.
 */
export async function seek<T>(
  what: string,
  look: () => Promise<T | undefined | false>,
  { over, enoughMs, ...wait }: WaitOptions & { over: AbortSignal; enoughMs: number },
): Promise<Sought<T>> {
  const startedAt = performance.now();
  let answered = false;
  const answeredLook = async (): Promise<T | undefined | false> => {
    answered = false;
    const seen = await look();
    answered = true;
    return seen;
  };
  try {
    return { kind: "seen", seen: await waitUntil(what, answeredLook, { ...wait, signal: over }) };
  } catch {
    const hadItsTime = performance.now() - startedAt >= enoughMs;
    return { kind: answered && hadItsTime ? "missed" : "unknown" };
  }
}

/** Whether what was sought shows the fault in force, as an event of it says so. */
export function shownBy({ kind }: Sought<unknown>): boolean | null {
  switch (kind) {
    case "seen":
      return true;
    case "missed":
      return false;
    case "unknown":
      return null;
  }
}

/** Of several that all have to show it. One that does not is enough, whatever nobody knows of the others. */
export function shownByAll(sought: readonly Sought<unknown>[]): boolean | null {
  const shown = new Set(sought.map(shownBy));
  if (shown.has(false)) return false;
  return shown.has(null) ? null : true;
}
