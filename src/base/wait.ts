import { setTimeout as sleep } from "node:timers/promises";

import { LossboundError, messageOf } from "./errors.js";

export interface WaitOptions {
  /** Longest wait, in milliseconds. */
  limitMs: number;
  /** Time between two looks, in milliseconds. */
  everyMs?: number;
  /** Ends the wait early with the signal's reason. */
  signal?: AbortSignal | undefined;
  /** Returns evidence for the error; called only if the wait fails. */
  evidence?: () => string;
}

/**
 * Calls `look` until it returns something other than `undefined` or `false`, and returns that. A
 * look that throws counts as "not yet"; the error of the last look becomes part of the thrown one.
 *
 * @throws LossboundError `DEADLINE` after `limitMs`; the reason of `signal` when it is aborted.
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
      const why = lastError === undefined ? "" : ` (last error: ${messageOf(lastError)})`;
      throw new LossboundError("DEADLINE", `waited ${Math.round(waited)} ms for ${what}${why}`, {
        cause: lastError,
        ...(evidence && { detail: evidence() }),
      });
    }
    await pause(Math.min(everyMs, limitMs - waited), signal);
  }
}

/**
 * Waits for `promise` for up to `limitMs`. The work behind it is not stopped at the limit.
 *
 * @throws LossboundError `DEADLINE` after `limitMs`.
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
 * Waits for `promise` until `signal` is aborted, and then throws the signal's reason. The work
 * behind the promise is not stopped.
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
 * Waits for a clean-up for up to `limitMs`, but for no more than `hurryMs` once `signal` is
 * aborted.
 *
 * @throws LossboundError `DEADLINE` when either limit has passed.
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

/**
 * Waits for `ms` milliseconds, or until `signal` is aborted, and then throws the signal's reason.
 */
export async function pause(ms: number, signal?: AbortSignal): Promise<void> {
  try {
    await sleep(ms, undefined, signal ? { signal } : {});
  } catch (error) {
    signal?.throwIfAborted();
    throw error;
  }
}
