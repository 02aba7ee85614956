import { join } from "node:path";

import { describe, expect, it } from "vitest";

import { type BlackBox, createBox, openBox } from "../../../../src/ledger/box/black-box.js";
import { Places } from "../../../../src/worker/consumer/places.js";
import { describedAs } from "../../../support/black-boxes.js";
import { scratchFolder } from "../../../support/scratch-folder.js";

describe("a place to stand still", () => {
  it("is passed by a consumer that is not armed", async () => {
    using place = somewhere();
    place.places.arm({ arm: 7, place: { kind: "after-commit" } });
    await place.places.reached("before-commit");

    expect(place.box.get("standing")).toBe(0);
    expect(place.events).toEqual([]);
  });

  it("holds until the release, and holds once", async () => {
    using place = somewhere();
    place.places.arm({ arm: 7, place: { kind: "before-commit" } });
    const passed = place.pass(place.places.reached("before-commit"));

    await turn();
    expect([place.box.get("standing"), passed.over]).toEqual([7, false]);
    expect(place.events).toEqual([{ event: "stands-still", place: { kind: "before-commit" } }]);

    place.places.release(7);
    await turn();
    expect([place.box.get("standing"), passed.over]).toEqual([0, true]);
    await place.places.reached("before-commit");
  });

  it("is not released by the release of another one", async () => {
    using place = somewhere();
    place.places.arm({ arm: 7, place: { kind: "after-commit" } });
    const passed = place.pass(place.places.reached("after-commit"));
    place.places.release(6);

    await turn();
    expect([place.box.get("standing"), passed.over]).toEqual([7, false]);
  });

  it("in a commit is marked after the client has had its turn", async () => {
    using place = somewhere();
    place.places.arm({ arm: 7, place: { kind: "in-commit" } });
    let marked: number | undefined;
    setImmediate(() => (marked = place.box.get("standing")));
    place.pass(place.places.reached("in-commit"));

    await turn();
    await turn();
    expect([marked, place.box.get("standing")]).toEqual([0, 7]);
  });

  it("in a chunk is one message of a chunk of one size", () => {
    using place = somewhere();
    place.places.arm({ arm: 7, place: { kind: "handling", message: 3, of: 10 } });

    expect(place.places.isHandlingPlace(3, 10)).toBe(true);
    expect(place.places.isHandlingPlace(3, 9)).toBe(false);
    expect(place.places.isHandlingPlace(4, 10)).toBe(false);
  });

  it("during a rebalance lasts until the group is joined, and returns with the next rebalance", async () => {
    using place = somewhere();
    place.places.arm({ arm: 7, place: { kind: "during-rebalance" } });
    place.places.rebalancing();
    place.places.rebalancing();
    const passed = place.pass(place.places.held());
    await turn();
    expect([place.box.get("standing"), passed.over, place.events.length]).toEqual([7, false, 1]);

    place.places.joined();
    await turn();
    expect([place.box.get("standing"), passed.over]).toEqual([0, true]);

    place.places.rebalancing();
    expect(place.box.get("standing")).toBe(7);
    place.places.release(7);
    place.places.rebalancing();
    expect(place.box.get("standing")).toBe(0);
  });
});

interface Somewhere extends Disposable {
  box: BlackBox<"consumer">;
  events: unknown[];
  places: Places;
  /** Whether it was passed. */
  pass(passing: Promise<void>): { over: boolean };
}

function somewhere(): Somewhere {
  const folder = scratchFolder();
  const description = describedAs("consumer", { bits: 32 });
  const path = join(folder.path, "life.box");
  createBox(path, description);
  const box = openBox(path, description, "write");
  const events: unknown[] = [];
  return {
    box,
    events,
    places: new Places(box, (event) => events.push(event)),
    pass: (passing) => {
      const seen = { over: false };
      void passing.then(() => (seen.over = true));
      return seen;
    },
    [Symbol.dispose]: () => {
      box[Symbol.dispose]();
      folder[Symbol.dispose]();
    },
  };
}

/** Lets everything happen that is ready. */
function turn(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}
