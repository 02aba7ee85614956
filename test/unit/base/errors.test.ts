import { describe, expect, test } from "vitest";

import { errorsIn, exitCodeOf, LossboundError } from "../../../src/base/errors.js";

const failing = (error: Error): AsyncDisposable => ({
  [Symbol.asyncDispose]: async () => {
    throw error;
  },
});

/** What `await using` throws: the helper that TypeScript writes is the one that the program has. */
async function thrownBy(body: Error, ...disposals: Error[]): Promise<unknown> {
  const run = async (left: readonly Error[]): Promise<void> => {
    const [mine, ...others] = left;
    if (mine === undefined) throw body;
    await using _held = failing(mine);
    await run(others);
  };
  return await run(disposals).catch((error: unknown) => error);
}

describe("an error that a failing clean-up came behind", () => {
  const interrupted = new LossboundError("INTERRUPTED", "stopped by SIGINT");
  const usage = new LossboundError("USAGE", "no such option");
  const busy = new Error("the folder is busy");
  const gone = new Error("the broker is gone");

  test("still decides the exit code", async () => {
    expect(exitCodeOf(await thrownBy(interrupted, busy))).toBe(130);
    expect(exitCodeOf(await thrownBy(usage, busy, gone))).toBe(64);
  });

  test("stands first, and the others in the order in which they happened", async () => {
    expect(errorsIn(await thrownBy(usage, busy, gone))).toEqual([usage, gone, busy]);
  });

  test("is found where the clean-up itself left two", async () => {
    const both = await thrownBy(gone, busy);
    expect(errorsIn(await thrownBy(usage, both as Error))).toEqual([usage, gone, busy]);
  });

  test("is itself, where all was cleaned up", () => {
    expect(errorsIn(usage)).toEqual([usage]);
    expect(errorsIn(undefined)).toEqual([undefined]);
  });
});
