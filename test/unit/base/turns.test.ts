import { expect, it } from "vitest";

import { Turns } from "../../../src/base/turns.js";

it("Turns starts each action when the previous one has finished or failed", async () => {
  const turns = new Turns();
  const seen: string[] = [];
  let end: () => void = () => {};
  const first = turns.take(async () => {
    seen.push("first begins");
    await new Promise<void>((resolve) => (end = resolve));
    seen.push("first ends");
    throw new Error("first failed");
  });
  const second = turns.take(async () => seen.push("second"));
  const third = turns.take(async () => {
    seen.push("third");
    return 3;
  });
  await new Promise((resolve) => setImmediate(resolve));
  expect(seen).toEqual(["first begins"]);

  end();
  await expect(first).rejects.toThrow("first failed");
  await second;
  expect(await third).toBe(3);
  expect(seen).toEqual(["first begins", "first ends", "second", "third"]);
});
