import { join } from "node:path";

import { expect, it } from "vitest";

import { watchLive } from "../../../../src/experiment/live/live.js";
import { Measuring } from "../../../../src/experiment/live/measure.js";
import type { LiveView } from "../../../../src/experiment/progress.js";
import { createBox, openBox } from "../../../../src/ledger/box/black-box.js";
import { makePlan } from "../../../../src/plan/plan.js";
import { parseScenario } from "../../../../src/scenario/file/read.js";
import type { Guarantee } from "../../../../src/scenario/scenario.js";
import { describedAs } from "../../../support/black-boxes.js";
import { scratchFolder } from "../../../support/scratch-folder.js";

/** The live view of two consumers' lives, each of which ended these messages. */
function shownOf(guarantee: Guarantee, ended: readonly [number[], number[]]): LiveView {
  using folder = scratchFolder();
  const text = `guarantee: ${guarantee}\nproducers: { rate: 100/s, messages: 64 }\nexpect: { lost: 0 }\n`;
  const plan = makePlan(parseScenario(text, "some.yaml"), 1);
  const lives = ended.map((messages, life) => {
    const path = join(folder.path, `${life}.box`);
    const description = { ...describedAs("consumer", { life }), bits: plan.layout.words * 32 };
    createBox(path, description);
    const box = openBox(path, description, "write");
    for (const plane of ["covered", "began", "ended"] as const)
      for (const index of messages) box.planes[plane].mark(index);
    return { role: "consumer", box, process: { end: undefined } };
  });
  const views: LiveView[] = [];
  const faults = { active: new Set<string>(), fallen: new Set<string>(), inForce: [] };
  const run = { plan, crew: { lives }, faults } as unknown as Parameters<typeof watchLive>[0];
  const measuring = new Measuring({ ...run, log: undefined });
  watchLive({ ...run, measuring, observer: { line() {}, live: (view) => void views.push(view) } })[
    Symbol.dispose
  ]();
  return views[0]!;
}

it.each<[Guarantee]>([["at-most-once"], ["at-least-once"], ["effectively-once"]])(
  "%s: the live view counts each message once",
  (guarantee) => {
    expect(
      shownOf(guarantee, [
        [0, 1, 2],
        [3, 4],
      ]),
    ).toMatchObject({ received: 5, processed: 5 });
  },
);

it.each<[Guarantee]>([["at-least-once"], ["effectively-once"]])(
  "%s: the live view does not count a repeated handler as another message",
  (guarantee) => {
    expect(
      shownOf(guarantee, [
        [0, 1, 2],
        [1, 2, 3],
      ]),
    ).toMatchObject({ received: 4, processed: 4 });
  },
);
