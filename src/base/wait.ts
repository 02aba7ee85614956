import { setTimeout as sleep } from "node:timers/promises";

import { LossboundError, messageOf } from "./errors.js";

export interface WaitOptions {
  /** Longest wait, in milliseconds. */
  limitMs: number;
  /** Time between two looks, in milliseconds. */
  everyMs?: number;
  /** Ends the wait early with the signal's reason. */
  signal?: AbortSignal | undefined;
  /** Evidence for the error, asked for only when the wait failed. */
  evidence?: () => string;
}

/**
 * Looks until `look` gives something other than `undefined` or `false`, and returns that. A look
 * that throws counts as "not yet"; what it threw last goes into the error.
 *
 * @throws LossboundError `DEADLINE` when `limitMs` is over; whatever `signal` was aborted with.
 */
export async function waitUntil<T>(
  what: string,
  look: () => T | undefined | false | Promise<T | undefined | false>,
  options: WaitOptions,
): Promise<T> {
  const { limitMs, everyMs = 50, signal, evidence } = options;
  const started = performance.now();
  let lastError: unknown;
  for (;;) {
    signal?.throwIfAborted();
    try {
      const seen = await look();
      if (seen !== undefined && seen !== false) return seen;
      lastError = undefined;
    } catch (error) {
      lastError = error;
    }
    const waited = performance.now() - started;
    if (waited >= limitMs) {
      const why = lastError === undefined ? "" : ` (last: ${messageOf(lastError)})`;
      throw new LossboundError("DEADLINE", `waited ${Math.round(waited)} ms for ${what}${why}`, {
        cause: lastError,
        ...(evidence && { detail: evidence() }),
      });
    }
    await pause(Math.min(everyMs, limitMs - waited), signal);
  }
}

/**
 * Gives `promise` a limit. The work behind it is not stopped, only no longer waited for.
 *
 * @throws LossboundError `DEADLINE` when `limitMs` is over.
 */
export async function within<T>(what: string, promise: Promise<T>, limitMs: number): Promise<T> {
  const over = new AbortController();
  const deadline = sleep(limitMs, undefined, { signal: over.signal }).then(() => {
    throw new LossboundError("DEADLINE", `waited ${limitMs} ms for ${what}`);
  });
  deadline.catch(() => {});
  try {
    return await Promise.race([promise, deadline]);
  } finally {
    over.abort();
  }
}

/**
 * Waits for `promise` until `signal` is aborted: then it throws the signal's reason. The work behind it is
 * not stopped, only no longer waited for.
 */
export async function unlessAborted<T>(promise: Promise<T>, signal: AbortSignal | undefined): Promise<T> {
  if (signal === undefined) return await promise;
  const over = new AbortController();
  const aborted = new Promise<never>((_, reject) => {
    const giveUp = (): void => reject(signal.reason as Error);
    signal.addEventListener("abort", giveUp, { once: true, signal: over.signal });
    if (signal.aborted) giveUp();
  });
  try {
    return await Promise.race([promise, aborted]);
  } finally {
    over.abort();
  }
}

/**
 * Waits for what cleans up: up to `limitMs`, and no longer than `hurryMs` from when `signal` is aborted on.
 *
 * @throws LossboundError `DEADLINE` when a limit is over.
 */
export async function withinOrSoon<T>(
  what: string,
  promise: Promise<T>,
  { limitMs, hurryMs, signal }: { limitMs: number; hurryMs: number; signal: AbortSignal | undefined },
): Promise<T> {
  try {
    return await unlessAborted(within(what, promise, limitMs), signal);
  } catch (error) {
    if (signal?.aborted !== true) throw error;
    return await within(what, promise, hurryMs);
  }
}

/** Lets `ms` milliseconds pass, or fewer when `signal` is aborted: then it throws the signal's reason. */
export async function pause(ms: number, signal?: AbortSignal): Promise<void> {
  try {
    await sleep(ms, undefined, signal ? { signal } : {});
  } catch (error) {
    signal?.throwIfAborted();
    throw error;
  }
}
