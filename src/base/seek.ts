import { waitUntil, type WaitOptions } from "./wait.js";

/** The result of a search for the state that shows that a fault is in force. */
export type Sought<T> =
  | { kind: "seen"; seen: T }
  /** The search ran for at least `enoughMs`, and its last look found another state. */
  | { kind: "missed" }
  /** The run ended before `enoughMs` had passed, or the last look failed. */
  | { kind: "unknown" };

/**
 * Looks for a state until it is seen, until `limitMs` has passed or until `over` is aborted. The
 * result is `missed` only if the search ran for `enoughMs` and its last look did not throw.
 */
export async function seek<T>(
  what: string,
  look: () => Promise<T | undefined | false>,
  { over, enoughMs, ...wait }: WaitOptions & { over: AbortSignal; enoughMs: number },
): Promise<Sought<T>> {
  const startedAt = performance.now();
  let lookSucceeded = false;
  const trackedLook = async (): Promise<T | undefined | false> => {
    lookSucceeded = false;
    const seen = await look();
    lookSucceeded = true;
    return seen;
  };
  try {
    return { kind: "seen", seen: await waitUntil(what, trackedLook, { ...wait, signal: over }) };
  } catch {
    const ranLongEnough = performance.now() - startedAt >= enoughMs;
    return { kind: lookSucceeded && ranLongEnough ? "missed" : "unknown" };
  }
}

/** Whether the search showed the fault in force; null if unknown. Events record this value. */
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

/**
 * Whether every search showed the fault. One `missed` makes it false, even if others are unknown.
 */
export function shownByAll(sought: readonly Sought<unknown>[]): boolean | null {
  const shown = new Set(sought.map(shownBy));
  if (shown.has(false)) return false;
  return shown.has(null) ? null : true;
}
