/**
 * Runs several tasks at once. If one fails, the signal of the others is aborted, and they are
 * awaited before the error is thrown, so that none of them is still running afterwards.
 */
export async function together<const T extends readonly unknown[]>(
  signal: AbortSignal | undefined,
  work: { [K in keyof T]: (signal: AbortSignal) => Promise<T[K]> },
): Promise<{ -readonly [K in keyof T]: T[K] }> {
  const giveUp = new AbortController();
  const either = signal ? AbortSignal.any([signal, giveUp.signal]) : giveUp.signal;
  let first: { error: unknown } | undefined;
  const done = await Promise.all(
    work.map(async (piece) => {
      try {
        return await piece(either);
      } catch (error) {
        first ??= { error };
        giveUp.abort(error);
        return undefined;
      }
    }),
  );
  if (first) throw first.error;
  return done as { -readonly [K in keyof T]: T[K] };
}
