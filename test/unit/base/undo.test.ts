import { expect, it } from "vitest";

import { errorsIn } from "../../../src/base/errors.js";
import { Undo } from "../../../src/base/undo.js";

it("undoing takes every step in reverse order, and throws all errors in the order of the steps", async () => {
  const taken: number[] = [];
  const step = (number: number, fails: boolean) => () => {
    taken.push(number);
    if (fails) throw new Error(`step ${number}`);
  };
  const undo = new Undo();
  undo.defer(step(1, true));
  undo.defer(step(2, false));
  undo.defer(step(3, true));

  const thrown = await undo[Symbol.asyncDispose]().catch((error: unknown) => error);

  expect(taken).toEqual([3, 2, 1]);
  expect(errorsIn(thrown).map((error) => (error as Error).message)).toEqual(["step 3", "step 1"]);
});
