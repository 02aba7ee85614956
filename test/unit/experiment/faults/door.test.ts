import { describe, expect, it } from "vitest";

import { Door } from "../../../../src/experiment/faults/door.js";

describe("a door", () => {
  it("closes behind callers that are going through, and holds up those that come later", async () => {
    const door = new Door();
    const seen: string[] = [];
    let arrive: () => void = () => {};
    const first = door.through(() => new Promise<void>((resolve) => (arrive = resolve)));
    const closing = door.close().then((open) => {
      seen.push("closed");
      return open;
    });
    const second = door.through(async () => void seen.push("second"));
    await turns();
    expect(seen).toEqual([]);

    arrive();
    const open = await closing;
    await first;
    await turns();
    expect(seen).toEqual(["closed"]);

    open();
    await second;
    expect(seen).toEqual(["closed", "second"]);
  });

  it("is closed by one caller at a time", async () => {
    const door = new Door();
    const open = await door.close();
    let closedAgain = false;
    const second = door.close().then((openAgain) => {
      closedAgain = true;
      openAgain();
    });
    await turns();
    expect(closedAgain).toBe(false);

    open();
    await second;
    expect(await door.through(async () => "through")).toBe("through");
  });
});

/** Resolves when everything that waits for nothing has happened. */
async function turns(): Promise<void> {
  await new Promise((resolve) => setImmediate(resolve));
}
