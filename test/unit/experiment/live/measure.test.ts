import { join } from "node:path";

import { afterEach, describe, expect, it } from "vitest";

import { type Measures, Measuring } from "../../../../src/experiment/live/measure.js";
import { type BlackBox, createBox, moveNext, openBox } from "../../../../src/ledger/box/black-box.js";
import { makePlan, type Plan } from "../../../../src/plan/plan.js";
import { parseScenario } from "../../../../src/scenario/file/read.js";
import type { Guarantee } from "../../../../src/scenario/scenario.js";
import type { Role } from "../../../../src/scenario/role.js";
import type { Life } from "../../../../src/crew/crew.js";
import { type Described, describedAs } from "../../../support/black-boxes.js";
import { scratchFolder } from "../../../support/scratch-folder.js";

function planOf(guarantee: Guarantee, faults = ""): Plan {
  const text = `guarantee: ${guarantee}\nproducers: { rate: 100/s, messages: 64 }\nfaults: [${faults}]\nexpect: { lost: 0 }\n`;
  return makePlan(parseScenario(text, "some.yaml"), 1);
}

const folders: Disposable[] = [];
afterEach(() => {
  for (const folder of folders.splice(0)) folder[Symbol.dispose]();
});

/** Lives with their own black boxes, which a test marks like a worker, and ends as it likes. */
function aCrew(plan: Plan) {
  const folder = scratchFolder();
  folders.push(folder);
  const lives: Life[] = [];
  const live = <R extends Role>(role: R, firstNumber = 0) => {
    const path = join(folder.path, `${lives.length}.box`);
    const description = {
      ...describedAs(role, { life: lives.length, firstNumber }),
      bits: plan.layout.words * 32,
    } as Described<R>;
    createBox(path, description);
    const box: BlackBox<R> = openBox(path, description, "write");
    const process: { end: { code: null; signal: NodeJS.Signals } | undefined } = { end: undefined };
    const life: Pick<Life, "role" | "killed" | "killedAt"> = {
      role,
      killed: false,
      killedAt: undefined,
    };
    Object.assign(life, { box, process });
    lives.push(life as Life);
    const die = (at = 0): void => {
      life.killed = true;
      life.killedAt = at;
      process.end = { code: null, signal: "SIGKILL" };
    };
    return { box, die };
  };
  const faults = { active: new Set<string>(), fallen: new Set<string>() };
  const measuring = new Measuring({ plan, crew: { lives }, faults, log: { seen: 7 } });
  const read = (): Measures => {
    // Asking for the losses alone gives the same answer.
    const lostBy = measuring.lostProved();
    const measures = measuring.read({ phase: "sending", startedAt: 0 });
    expect(measures.lostBy).toEqual(lostBy);
    return measures;
  };
  return { live, read };
}

/** The steps of a consumer's life with messages. */
function marks(
  box: BlackBox<"consumer">,
  steps: Partial<Record<"covered" | "began" | "ended", number[]>>,
): void {
  for (const [step, indexes] of Object.entries(steps))
    for (const index of indexes) box.planes[step as keyof typeof steps].mark(index);
}

describe("the measures of a run in progress", () => {
  it("are the sum over all lives, and survive their deaths", () => {
    const { live, read } = aCrew(planOf("at-most-once"));
    const first = live("producer");
    moveNext(first.box, 10);
    for (const index of [0, 1, 2]) first.box.planes.accepted.mark(index);
    first.box.planes.rejected.mark(3);
    first.box.set("lagMax", 5000);
    first.die(1234);
    const second = live("producer", 10);
    moveNext(second.box, 15);
    live("producer", 15);
    expect(read()).toMatchObject({ sent: 15, accepted: 3, rejected: 1, stored: 7, lagMaxUs: 5000 });
    expect(read().kills).toEqual({ producer: 1, consumer: 0 });
    expect(read().lastKillAt).toEqual({ producer: 1234, consumer: 0 });
  });

  it("count a message once, whichever lives had it, and once more as duplicated", () => {
    const { live, read } = aCrew(planOf("at-least-once"));
    const first = live("consumer");
    marks(first.box, { began: [1, 2, 3], ended: [1, 2] });
    expect(read()).toMatchObject({ received: 3, processed: 2, duplicated: 0 });
    // A second look at a life does not count its work again.
    expect(read()).toMatchObject({ received: 3, processed: 2, duplicated: 0 });
    first.die();
    const second = live("consumer");
    marks(second.box, { began: [2, 3, 40], ended: [2, 3, 40] });
    expect(read()).toMatchObject({ received: 4, processed: 4, duplicated: 1 });
    second.die();
    expect(read()).toMatchObject({ received: 4, processed: 4, duplicated: 1 });
    second.box.planes.endedAgain.mark(40);
    expect(read()).toMatchObject({ duplicated: 1 });
  });

  it("count as lost what a dead consumer had committed over, and nothing that a living one still has", () => {
    const { live, read } = aCrew(planOf("at-most-once"));
    const consumer = live("consumer");
    marks(consumer.box, { covered: [1, 2, 3, 4, 5], began: [1, 2, 3], ended: [1, 2] });
    expect(read().lostBy).toMatchObject({ "after-commit": 0, "in-processing": 0 });
    consumer.die();
    expect(read().lostBy).toMatchObject({ "after-commit": 2, "in-processing": 1, log: 0, skipped: 0 });
  });

  it("do not count as lost what another consumer has, but do count what several have lost", () => {
    const { live, read } = aCrew(planOf("at-most-once"));
    const [first, second, third] = [live("consumer"), live("consumer"), live("consumer")];
    marks(first.box, { covered: [1, 2, 3], began: [1, 2] });
    marks(second.box, { covered: [2, 3, 40], began: [2, 3], ended: [2] });
    first.die();
    expect(read().lostBy).toMatchObject({ "after-commit": 0, "in-processing": 1 });
    second.die();
    marks(third.box, { covered: [41] });
    expect(read().lostBy).toMatchObject({ "after-commit": 1, "in-processing": 2 });
    third.die();
    expect(read().lostBy).toMatchObject({ "after-commit": 2, "in-processing": 2 });
  });

  it.each([
    ["at-most-once", "{ at: 1s, resetOffsets: earliest }"],
    ["at-most-once", "{ at: 1s, retention: 2s }"],
    ["at-most-once", "{ at: 1s, kill: broker, broker: 0, for: 1s }"],
    ["at-least-once", ""],
  ] as const)("count nothing as lost that may be delivered again: %s, %s", (guarantee, fault) => {
    const { live, read } = aCrew(planOf(guarantee, fault));
    const consumer = live("consumer");
    marks(consumer.box, { covered: [1, 2], began: [1] });
    consumer.die();
    expect(Object.values(read().lostBy)).toEqual([0, 0, 0, 0, 0, 0, 0, 0]);
  });

  it("under effectively-once count as processed what was committed with its effect", () => {
    const { live, read } = aCrew(planOf("effectively-once"));
    const consumer = live("consumer");
    marks(consumer.box, { began: [1, 2, 3], ended: [1, 2, 3], covered: [1, 2] });
    expect(read()).toMatchObject({ received: 3, processed: 2, duplicated: 0 });
  });
});
