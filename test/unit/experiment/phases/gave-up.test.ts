import { join } from "node:path";

import { describe, expect, it } from "vitest";

import { livesThatGaveUp } from "../../../../src/experiment/counts.js";
import { observedEnd } from "../../../../src/experiment/faults/end.js";
import { type BlackBox, createBox, openBox } from "../../../../src/ledger/box/black-box.js";
import type { Life } from "../../../../src/crew/crew.js";
import { describedAs } from "../../../support/black-boxes.js";
import { scratchFolder } from "../../../support/scratch-folder.js";

describe("a life that gave up on an orderly end", () => {
  it("is reported for both roles", () => {
    using ended = livesEnded();
    expect(livesThatGaveUp(ended)).toEqual([]);

    for (const { box } of ended.lives) box.set("gaveUp", 1);
    expect(livesThatGaveUp(ended)).toEqual([
      "producer 0 ended before all its data had left the process, or before it had disconnected",
      "consumer 0 ended before it had finished its messages in hand and left its group",
    ]);
  });

  it("is not evidence of an orderly stop", () => {
    using ended = livesEnded();
    const consumer = ended.lives[1]!;
    expect(observedEnd(consumer, true, 12.4)).toEqual({
      touched: 1,
      probe: "ended in order after 12 ms",
      inForce: true,
    });

    consumer.box.set("gaveUp", 1);
    expect(observedEnd(consumer, true, 5000.2)).toEqual({
      touched: 1,
      probe: "gave up on an orderly end after 5000 ms",
      inForce: false,
    });
  });
});

/** A producer and a consumer, and the black boxes that they left behind. */
function livesEnded(): Disposable & { lives: Pick<Life, "role" | "box" | "process">[] } {
  const folder = scratchFolder();
  const boxOf = <R extends Life["role"]>(role: R): BlackBox<R> => {
    const description = describedAs(role);
    createBox(join(folder.path, role), description);
    return openBox(join(folder.path, role), description, "write");
  };
  const named = (name: string) => ({ name }) as Life["process"];
  const lives = [
    { role: "producer" as const, box: boxOf("producer"), process: named("producer 0") },
    { role: "consumer" as const, box: boxOf("consumer"), process: named("consumer 0") },
  ];
  return {
    lives,
    [Symbol.dispose]: () => {
      for (const { box } of lives) box[Symbol.dispose]();
      folder[Symbol.dispose]();
    },
  };
}
