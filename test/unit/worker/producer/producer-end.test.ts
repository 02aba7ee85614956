import { join } from "node:path";

import { expect, it } from "vitest";

import { createBox, openBox } from "../../../../src/ledger/box/black-box.js";
import type { RunEvent } from "../../../../src/ledger/record/events.js";
import { disconnect } from "../../../../src/worker/producer/producer.js";
import { describedAs } from "../../../support/black-boxes.js";
import { scratchFolder } from "../../../support/scratch-folder.js";

const never = (): Promise<void> => new Promise(() => {});
const refuses = (): Promise<void> => Promise.reject(new Error("not now"));
const atOnce = async (): Promise<void> => {};

it.each([
  ["disconnects", atOnce, { asked: true, gaveUp: 0, told: [] }],
  ["does not disconnect in time", never, { asked: true, gaveUp: 1, told: [/^waited 20 ms/] }],
  ["cannot", refuses, { asked: true, gaveUp: 1, told: [/^not now$/] }],
  // Everything has left its process by then, so nothing is lost with it.
  [
    "does not disconnect in time at its planned end",
    never,
    { asked: false, gaveUp: 0, told: [/^waited 20 ms/] },
  ],
])("a producer that %s records that", async (_, how, { asked, gaveUp, told }) => {
  using folder = scratchFolder();
  const description = describedAs("producer");
  const path = join(folder.path, "life.box");
  createBox(path, description);
  using box = openBox(path, description, "write");
  const events: RunEvent[] = [];
  const signal = asked ? AbortSignal.abort() : new AbortController().signal;

  await disconnect({ disconnect: how }, box, (event) => events.push(event), signal, 20);

  expect(box.get("gaveUp")).toBe(gaveUp);
  expect(events).toEqual(
    told.map((why) => ({ event: "disconnect-given-up", why: expect.stringMatching(why) })),
  );
});
