import { describe, expect, it } from "vitest";

import type { Fault } from "../../../src/scenario/faults.js";
import { type Measured, disturbancesOf } from "../../../src/verdict/disturbances.js";
import { aLinkFault } from "../../support/a-scenario.js";
import { startedAt } from "./a-ledger.js";
import { type Told, evidenceOf } from "./culprits/some-evidence.js";

/** 100 messages a second: message n is due after n × 10 ms. */
const messages = Array.from({ length: 1_000 }, () => []);

/** Each message in a send of its own; the schedule takes so many times as long as it should. */
function sentWithin(times: number): (readonly [first: number, at: number])[] {
  return messages.map((_, number) => [number, Math.round(number * 10 * times)] as const);
}

const onTime = sentWithin(1);
const blackHole = {
  fault: aLinkFault({ trigger: { kind: "at", ms: 1_000 }, for: 1_000 }),
  at: 1_000,
  healed: 2_000,
};

describe("a machine that kept up", () => {
  it("disturbed nothing, and leaves no doubt", () => {
    expect(seen({ sends: onTime })).toEqual({ list: [], doubts: [] });
  });
});

describe("messages that are sent late", () => {
  it("are a disturbance, which explains what falls into a fault, or behind it, for being late", () => {
    const late = onTime.map(([first, at]) => [first, at >= 1_000 && at < 1_200 ? at + 300 : at] as const);
    const [disturbance] = seen({ sends: late, faults: [blackHole] }).list;

    expect(disturbance).toEqual({
      kind: "late-sending",
      ms: 300,
      messages: 30,
      words: "messages were sent up to 300 ms late",
    });
  });

  it("are no disturbance if a fault made their producer stand still", () => {
    const pause: Fault = {
      kind: "pause",
      role: "producer",
      worker: 0,
      for: 2_000,
      trigger: { kind: "at", ms: 1_000 },
      times: 1,
      every: 0,
    };
    const stalled = onTime.map(([first, at]) => [first, at >= 1_000 && at < 3_000 ? 3_005 : at] as const);
    const faults = [{ fault: pause, at: 1_000, healed: 3_000 }];

    expect(seen({ sends: stalled, faults })).toEqual({ list: [], doubts: [] });
    expect(seen({ sends: stalled }).list).toHaveLength(1);
  });
});

describe("a load that was not reached", () => {
  const late = sentWithin(1.2);

  it("is a doubt, if the last message is late by more than a tenth of the time", () => {
    expect(seen({ sends: late }).doubts).toEqual([
      "the load was not reached: the last message was sent 2.0 s late, at 100 messages a second that is more than 1.0 s; use a faster machine or a lower rate",
    ]);
    expect(seen({ sends: sentWithin(1.05) }).doubts).toEqual([]);
  });

  it("is no doubt if the scenario asks for more than the client can send", () => {
    expect(seen({ sends: late }, { overload: true }).doubts).toEqual([]);
  });

  it("is a doubt, if messages are sent later than a fault lasts, around that fault", () => {
    const burst = onTime.map(([first, at]) => [first, at >= 900 && at < 2_200 ? 2_200 : at] as const);

    expect(seen({ sends: burst, faults: [blackHole] }).doubts).toEqual([
      expect.stringContaining(
        "around timeout on producer-link, which lasts 1.0 s, messages were sent up to 1.3 s late",
      ),
    ]);
  });
});

describe("a fault", () => {
  it("that came late, or lasted too long, is a disturbance", () => {
    const faults = [{ ...blackHole, at: 1_250, healed: 2_500 }];

    expect(seen({ sends: onTime, faults }).list.map(({ kind, ms }) => [kind, ms])).toEqual([
      ["late-fault", 250],
      ["long-fault", 260],
    ]);
  });
});

it("a machine that stood still, was stolen from, or lost a session is a disturbance", () => {
  const { list } = seen({ sends: onTime }, {}, { stoodStillMs: 400, stolenMs: 900 }, [startedAt + 10]);

  expect(list.map(({ kind, words }) => [kind, words])).toEqual([
    ["stood-still", "lossbound itself stood still for 400 ms"],
    ["stolen", "other machines took the processors for 900 ms"],
    ["session-lost", "consumers joined their group again without a fault"],
  ]);
});

it("a session that was lost explains the messages whose commit was under way", () => {
  const { list } = seen({ sends: onTime }, {}, {}, [startedAt + 10, startedAt + 20], 3);

  expect(list).toEqual([
    {
      kind: "session-lost",
      ms: 0,
      messages: 3,
      words:
        "consumers joined their group again 2 times without a fault, and 3 messages were lost whose commit was under way",
    },
  ]);
});

function seen(
  told: Pick<Told, "sends" | "faults">,
  producers: { overload?: true } = {},
  machine: Partial<Measured["machine"]> = {},
  rejoins: number[] = [],
  overtaken = 0,
) {
  const { plan, ledger, faults } = evidenceOf({ messages, ...told });
  Object.assign(plan.scenario.producers, producers);
  return disturbancesOf({
    plan,
    startedAt,
    producers: ledger.lives.producers,
    faults: faults.map((fault) => ({ ...fault, kind: "timeout", on: "producer-link" })),
    machine: { stoodStillMs: 0, waitedForCpuMs: null, stolenMs: null, ...machine },
    rejoins,
    overtaken,
  });
}
