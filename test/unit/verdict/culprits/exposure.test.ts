import { describe, expect, it } from "vitest";

import type { Fault } from "../../../../src/scenario/faults.js";
import { type Culprits, findCulprits } from "../../../../src/verdict/culprits/culprits.js";
import { aKill, aLinkFault } from "../../../support/a-scenario.js";
import { clientBuffer, inTransit, processed, rejected } from "../a-ledger.js";
import { type Told, aConsumer, evidenceOf } from "./some-evidence.js";

/** Requests of one message each on one connection, handed over at these moments. */
function handedAt(...moments: number[]): Pick<Told, "messages" | "requests" | "connections"> {
  return {
    messages: moments.map(() => inTransit),
    requests: moments.map((at, number) => ({ on: 0, at, from: number, to: number })),
    connections: [{ dialed: 0, closed: 2_010 }],
  };
}

const window = { at: 1_000, healed: 2_000 };

describe("what a black hole reached", () => {
  it("is for certain what was handed over inside of it, and possibly what was so shortly before or behind", () => {
    // Long before, shortly before, as it came, inside twice, as it went.
    const told = handedAt(500, 950, 997, 1_001, 1_999, 2_003);

    expect(exposed({ ...told, faults: [{ fault: aLinkFault(), ...window }] })).toEqual({ min: 2, max: 5 });
  });

  it("does not depend on the log: what is stored all the same was reached", () => {
    const told = { ...handedAt(1_100, 1_200), messages: [inTransit, processed] };

    expect(exposed({ ...told, faults: [{ fault: aLinkFault(), ...window }] })).toEqual({ min: 2, max: 2 });
  });

  it("is possible from further off if lossbound stood still meanwhile", () => {
    const told = { ...handedAt(500, 1_100), faults: [{ fault: aLinkFault(), ...window }] };
    const machine = { stoodStillMs: 260, waitedForCpuMs: null, stolenMs: null };

    expect(exposed(told).max).toBe(1);
    expect(exposed({ ...told, run: { machine } }).max).toBe(2);
  });

  it("is nothing on the connections of another broker", () => {
    const faults = [{ fault: aLinkFault(), ...window, event: { broker: 2 } }];

    expect(exposed({ ...handedAt(1_100), faults })).toEqual({ min: 0, max: 0 });
  });

  it("counts a message once that two faults reached", () => {
    const faults = [
      { fault: aLinkFault(), ...window },
      { fault: aLinkFault(), ...window },
    ];
    const { exposures } = found({ ...handedAt(1_100, 1_200), faults });

    expect(exposures).toEqual({
      all: { min: 2, max: 2 },
      each: [
        { min: 2, max: 2 },
        { min: 2, max: 2 },
      ],
    });
  });
});

describe("what a link that is down reached", () => {
  it("is for certain what never left the process while it was down, whether it was rejected or not", () => {
    const told: Told = {
      messages: [processed, rejected, clientBuffer, rejected],
      faults: [{ fault: aLinkFault({ toxic: "down" }), ...window }],
      sends: [
        [0, 500, 501],
        [1, 1_500, 5_000],
        [2, 1_600],
        [3, 2_100, 5_000],
      ],
      requests: [{ on: 0, at: 500, from: 0, to: 0 }],
      connections: [{ dialed: 0, closed: 1_001 }],
    };

    expect(exposed(told)).toEqual({ min: 2, max: 2 });
  });
});

describe("what a limit on a connection's bytes reached", () => {
  const limit = aLinkFault({ toxic: { type: "limit_data", bytes: 250 } });

  it("is what goes beyond its bytes, from the first byte of a connection that is dialled under it", () => {
    const told = { ...handedAt(1_100, 1_200, 1_300), connections: [{ dialed: 1_050, closed: 1_310 }] };

    expect(exposed({ ...told, faults: [{ fault: limit, ...window }] })).toEqual({ min: 1, max: 1 });
  });

  it("is not certain for the request at its edge, if the connection is older", () => {
    // 100 bytes each. The toxic counts from some moment between 995 and 1,000.
    const told = handedAt(500, 998, 1_100, 1_200, 1_300, 1_400);

    expect(exposed({ ...told, faults: [{ fault: limit, ...window }] })).toEqual({ min: 1, max: 3 });
  });
});

describe("what a kill reached", () => {
  it("is for certain what its producer had not handed over, and possibly its last requests", () => {
    const kill: Fault = aKill({ role: "producer", worker: 0 });
    const told: Told = {
      messages: [processed, processed, inTransit, clientBuffer],
      faults: [{ fault: kill, at: 1_000 }],
      sends: [
        [0, 100, 101],
        [1, 950, 951],
        [2, 990, 991],
        [3, 999],
      ],
      requests: [
        { on: 0, at: 100, from: 0, to: 0 },
        { on: 0, at: 950, from: 1, to: 1 },
        { on: 0, at: 990, from: 2, to: 2 },
      ],
      connections: [{ dialed: 0 }],
      ended: { by: "f0-0", at: 1_001 },
    };

    expect(exposed(told)).toEqual({ min: 1, max: 3 });
  });

  it("is for certain what was marked for a request that the kernel never got", () => {
    const told: Told = {
      messages: [processed, inTransit, inTransit, clientBuffer],
      faults: [{ fault: aKill({ role: "producer", worker: 0 }), at: 1_000 }],
      requests: [{ on: 0, at: 800, from: 0, to: 0 }],
      connections: [{ dialed: 0 }],
      ended: { by: "f0-0", at: 1_001 },
    };

    expect(exposed(told)).toEqual({ min: 3, max: 4 });
    expect(exposed({ ...told, unlisted: 1 })).toEqual({ min: 1, max: 2 });
  });

  it("is what its consumer had in hand, for certain if that was committed", () => {
    const consumers = [aConsumer({ inHand: [1, 2, 3], committed: [1, 2] }, "f0-0")];
    const told = { messages: Array.from({ length: 4 }, () => processed), consumers };

    expect(exposed({ ...told, faults: [{ fault: aKill({ worker: 0 }), at: 1_000 }] })).toEqual({
      min: 2,
      max: 3,
    });
  });
});

describe("what a reset of offsets reached", () => {
  it("is what it moved the positions by", () => {
    const fault: Fault = {
      kind: "reset-offsets",
      to: "latest",
      trigger: { kind: "at", ms: 1_000 },
      times: 1,
      every: 0,
    };
    const positions = [
      { partition: 0, from: 10, to: 25 },
      { partition: 1, from: null, to: 5 },
    ];

    expect(exposed({ messages: [processed], faults: [{ fault, ...window, event: { positions } }] })).toEqual({
      min: 20,
      max: 20,
    });
  });
});

it("what the death of a broker reached only the log can tell", () => {
  const fault: Fault = {
    kind: "broker",
    action: "kill",
    broker: { kind: "index", index: 0 },
    trigger: { kind: "at", ms: 1_000 },
    for: 1_000,
    times: 1,
    every: 0,
  };

  expect(found({ messages: [processed], faults: [{ fault, ...window }] }).exposures).toBeNull();
});

function found(told: Told): Culprits {
  return findCulprits(evidenceOf(told));
}

function exposed(told: Told) {
  return found(told).exposures!.all;
}
