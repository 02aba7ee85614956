import { describe, expect, test } from "vitest";

import { errorsIn, exitCodeOf, LossboundError } from "../../../src/base/errors.js";

const failing = (error: Error): AsyncDisposable => ({
  [Symbol.asyncDispose]: async () => {
    throw error;
  },
});

/** Returns the error that `await using` throws, by the same TypeScript helper as in the program. */
async function thrownBy(body: Error, ...disposals: Error[]): Promise<unknown> {
  const run = async (left: readonly Error[]): Promise<void> => {
    const [mine, ...others] = left;
    if (mine === undefined) throw body;
    await using _held = failing(mine);
    await run(others);
  };
  return await run(disposals).catch((error: unknown) => error);
}

describe("an error followed by a failing clean-up", () => {
  const interrupted = new LossboundError("INTERRUPTED", "stopped by SIGINT");
  const usage = new LossboundError("USAGE", "no such option");
  const busy = new Error("the folder is busy");
  const gone = new Error("the broker is gone");

  test("decides the exit code", async () => {
    expect(exitCodeOf(await thrownBy(interrupted, busy))).toBe(130);
    expect(exitCodeOf(await thrownBy(usage, busy, gone))).toBe(64);
  });

  test("comes first, and the others follow in the order in which they happened", async () => {
    expect(errorsIn(await thrownBy(usage, busy, gone))).toEqual([usage, gone, busy]);
  });

  test("comes first even if the clean-up itself throws two errors", async () => {
    const both = await thrownBy(gone, busy);
    expect(errorsIn(await thrownBy(usage, both as Error))).toEqual([usage, gone, busy]);
  });

  test("is the only one if the clean-up succeeds", () => {
    expect(errorsIn(usage)).toEqual([usage]);
    expect(errorsIn(undefined)).toEqual([undefined]);
  });
});
