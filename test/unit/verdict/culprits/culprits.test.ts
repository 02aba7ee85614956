import { describe, expect, it } from "vitest";

import type { Fault } from "../../../../src/scenario/faults.js";
import { type Culprits, findCulprits, sumOf } from "../../../../src/verdict/culprits/culprits.js";
import { aKill, aLinkFault } from "../../../support/a-scenario.js";
import {
  afterCommit,
  clientBuffer,
  clientBufferAccepted,
  fromLog,
  inProcessing,
  inTransit,
  processed,
  refused,
  rejected,
  skipped,
  startedAt,
} from "../a-ledger.js";
import { type Told, aConsumer, evidenceOf } from "./some-evidence.js";

const blackHole = { fault: aLinkFault(), at: 1_000, healed: 2_000 };
const producerKill: Fault = aKill({ role: "producer", worker: 0 });
const consumerKill: Fault = aKill({ worker: 0 });
const reset: Fault = {
  kind: "reset-offsets",
  to: "latest",
  trigger: { kind: "at", ms: 100 },
  times: 1,
  every: 0,
};
const brokerKill: Fault = {
  kind: "broker",
  action: "kill",
  broker: { kind: "index", index: 0 },
  trigger: { kind: "at", ms: 1_000 },
  for: 1_000,
  times: 1,
  every: 0,
};

describe("a message that died in transit", () => {
  const told = {
    messages: [processed, inTransit, inTransit],
    faults: [blackHole],
    requests: [
      { on: 0, at: 900, from: 0, to: 0 },
      { on: 0, at: 1_100, from: 1, to: 1 },
      { on: 0, at: 2_003, from: 2, to: 2 },
    ],
    connections: [{ dialed: 0, closed: 2_010 }],
  } satisfies Told;

  it("was taken by the fault that met its connection, also behind the healing", () => {
    expect(takenIn(told)).toEqual({ by: [2], unexplained: 0 });
  });

  it("is unexplained if a later message came through on its connection: bytes keep their order", () => {
    const messages = [processed, inTransit, processed];

    expect(takenIn({ ...told, messages })).toEqual({ by: [0], unexplained: 1 });
  });

  it("is unexplained if its connection was dialled behind the healing: the link stayed dead by itself", () => {
    const connections = [{ dialed: 0, closed: 1_050 }, { dialed: 2_050 }];
    const requests = [
      told.requests[0]!,
      { on: 0, at: 1_020, from: 1, to: 1 },
      { on: 1, at: 2_060, from: 2, to: 2 },
    ];

    expect(takenIn({ ...told, connections, requests })).toEqual({ by: [1], unexplained: 1 });
  });

  it("was taken if its connection was dialled within the fault, though its process heard of it later", () => {
    const connections = [
      { dialed: 0, closed: 1_050 },
      { dialed: 1_990, opened: 2_300, closed: 2_310 },
    ];
    const requests = [
      told.requests[0]!,
      { on: 0, at: 1_020, from: 1, to: 1 },
      { on: 1, at: 2_305, from: 2, to: 2 },
    ];

    expect(takenIn({ ...told, connections, requests })).toEqual({ by: [2], unexplained: 0 });
  });

  it("is unexplained if the fault fell on another broker's proxy", () => {
    const faults = [{ ...blackHole, event: { broker: 2 } }];

    expect(takenIn({ ...told, faults })).toEqual({ by: [0], unexplained: 2 });
  });

  it("is unexplained if the fault only holds bytes back", () => {
    const fault = aLinkFault({ toxic: { type: "latency", latency: 100, jitter: 0 } });

    expect(takenIn({ ...told, faults: [{ ...blackHole, fault }] })).toEqual({ by: [0], unexplained: 2 });
  });

  it("was taken by the first of two faults that its connection did not outlive", () => {
    const faults = [
      { ...blackHole, at: 100, healed: 200 },
      blackHole,
      { ...blackHole, at: 2_005, healed: 3_000 },
    ];

    expect(takenIn({ ...told, faults })).toEqual({ by: [0, 2, 0], unexplained: 0 });
  });

  it("was taken by the kill of its producer, if its connection was open then", () => {
    const faults = [{ fault: producerKill, at: 2_004 }];
    const ended = { by: "f0-0", at: 2_004 };

    expect(takenIn({ ...told, faults, ended, connections: [{ dialed: 0 }] })).toEqual({
      by: [2],
      unexplained: 0,
    });
    expect(takenIn({ ...told, faults, ended: { by: "f9-0", at: 2_004 } }).unexplained).toBe(2);
  });

  it("was taken by the kill that ended its process between the mark and the row of its request", () => {
    const killed = {
      messages: [processed, inTransit, inTransit],
      faults: [{ fault: producerKill, at: 2_000 }],
      requests: [told.requests[0]!],
      connections: [{ dialed: 0 }],
      ended: { by: "f0-0", at: 2_001 },
    };

    expect(takenIn(killed)).toEqual({ by: [2], unexplained: 0 });
    expect(takenIn({ ...killed, ended: { by: "f9-0", at: 2_001 } }).unexplained, "no fault ended it").toBe(2);
    expect(takenIn({ ...killed, unlisted: 1 }).unexplained, "its request may have found no room").toBe(2);
  });
});

describe("a message that never left its process", () => {
  const told = {
    messages: [processed, clientBufferAccepted, processed],
    faults: [blackHole],
    sends: [
      [0, 900, 901],
      [1, 1_990, 1_991],
      [2, 2_020, 2_021],
    ],
    requests: [
      { on: 0, at: 900, from: 0, to: 0 },
      { on: 1, at: 2_020, from: 2, to: 2 },
    ],
    connections: [{ dialed: 0, closed: 2_005 }, { dialed: 2_006 }],
  } satisfies Told;

  it("was taken by a fault that was in force while it waited between two connections", () => {
    expect(takenIn(told)).toEqual({ by: [1], unexplained: 0 });
  });

  it("is unexplained if its neighbours went out on one connection: the client dropped it", () => {
    const requests = [told.requests[0]!, { on: 0, at: 2_020, from: 2, to: 2 }];

    expect(takenIn({ ...told, requests })).toEqual({ by: [0], unexplained: 1 });
  });

  it.each([
    [
      "was taken if it may have been overtaken there by the last request, and waited behind it",
      1_995,
      2_006,
      1,
    ],
    ["is unexplained if the sends followed each other: nothing overtook it", 2_006, 2_005, 0],
  ])("%s", (_, sentAfter, settled, taken) => {
    const sends = [told.sends[0]!, [1, 1_990, settled], [2, sentAfter, 2_021]] as const;
    const requests = [told.requests[0]!, { on: 0, at: 2_003, from: 2, to: 2 }];
    const connections = [{ dialed: 0, closed: 2_030 }, { dialed: 2_031 }];

    expect(takenIn({ ...told, sends, requests, connections })).toEqual({
      by: [taken],
      unexplained: 1 - taken,
    });
  });

  it("is unexplained if its send never settled, and no send that began before the next request overtook it", () => {
    const sends = [told.sends[0]!, [1, 1_990], [2, 2_010, 2_021]] as const;
    const requests = [told.requests[0]!, { on: 0, at: 2_005, from: 2, to: 2 }];
    const connections = [{ dialed: 0, closed: 2_030 }, { dialed: 2_031 }];

    expect(takenIn({ ...told, sends, requests, connections })).toEqual({ by: [0], unexplained: 1 });
  });

  it.each([
    [
      "was taken by the kill of the process in which it waited behind the request that overtook it",
      2_020,
      [1],
    ],
    ["was not taken by a fault that began behind the end of that process", 2_010, [0]],
  ])("%s", (_, killedAt, by) => {
    const sends = [told.sends[0]!, [1, 1_990, 2_006], [2, 1_995, 2_006]] as const;
    const requests = [told.requests[0]!, { on: 0, at: 2_003, from: 2, to: 2 }];
    const faults =
      killedAt === 2_020
        ? [{ fault: producerKill, at: killedAt }]
        : [{ ...blackHole, at: killedAt + 500, healed: killedAt + 900 }];
    const ended = { by: killedAt === 2_020 ? "f0-0" : "f9-0", at: killedAt };

    expect(takenIn({ ...told, sends, requests, faults, ended, connections: [{ dialed: 0 }] }).by).toEqual(by);
  });

  it("was taken if another connection ended while it waited, whatever the one of its neighbours did", () => {
    const requests = [
      { on: 1, at: 2_007, from: 0, to: 0 },
      { on: 1, at: 2_020, from: 2, to: 2 },
    ];
    const sends = [[0, 1_980, 2_008], told.sends[1]!, told.sends[2]!] as const;

    expect(takenIn({ ...told, sends, requests })).toEqual({ by: [1], unexplained: 0 });
  });

  it("is unexplained if no fault was in force while it waited", () => {
    const faults = [{ ...blackHole, at: 100, healed: 500 }];

    expect(takenIn({ ...told, faults })).toEqual({ by: [0], unexplained: 1 });
  });

  it.each([
    [
      "was taken if the connection that it waited for was dialled within the fault, and never worked",
      1_990,
      1,
    ],
    ["is unexplained if that was dialled behind the healing", 2_009, 0],
  ])("%s", (_, dialed, taken) => {
    const sends = [told.sends[0]!, [1, 2_010, 2_030], [2, 2_040, 2_041]] as const;
    const requests = [told.requests[0]!, { on: 2, at: 2_040, from: 2, to: 2 }];
    const connections = [{ dialed: 0, closed: 1_001 }, { dialed, closed: 2_030 }, { dialed: 2_031 }];

    expect(takenIn({ ...told, sends, requests, connections })).toEqual({
      by: [taken],
      unexplained: 1 - taken,
    });
  });

  it.each([
    [
      "was taken if not a byte left through that: its client still dealt with the failure before",
      0,
      1_001,
      1,
    ],
    ["is unexplained if the connection before had failed behind the healing", 0, 2_008, 0],
    ["is unexplained if a byte left: the link died anew", 1, 1_001, 0],
  ])("%s", (_, bytesFlushed, failed, taken) => {
    const sends = [told.sends[0]!, [1, 2_010, 2_030], [2, 2_040, 2_041]] as const;
    const requests = [told.requests[0]!, { on: 2, at: 2_040, from: 2, to: 2 }];
    const connections = [
      { dialed: 0, closed: failed },
      { dialed: 2_011, closed: 2_030, bytesFlushed },
      { dialed: 2_031 },
    ];

    expect(takenIn({ ...told, sends, requests, connections })).toEqual({
      by: [taken],
      unexplained: 1 - taken,
    });
  });

  it("was taken by the kill of its producer, if nothing was sent behind it", () => {
    const messages = [processed, clientBuffer, clientBuffer];
    const requests = [told.requests[0]!];
    const kill = { fault: producerKill, at: 2_030 };
    const killed = { ...told, messages, requests, faults: [kill], ended: { by: "f0-0", at: 2_031 } };

    expect(takenIn(killed)).toEqual({ by: [2], unexplained: 0 });
    expect(takenIn({ ...killed, requests: told.requests }).unexplained, "the second was not last").toBe(1);
  });
});

describe("a rejected message", () => {
  const told = {
    messages: [processed, rejected, rejected],
    faults: [{ ...blackHole, fault: aLinkFault({ toxic: "down" }) }],
    sends: [
      [0, 900, 901],
      [1, 1_500, 5_000],
      [2, 2_100, 5_000],
    ],
    requests: [{ on: 0, at: 900, from: 0, to: 0 }],
    connections: [{ dialed: 0, closed: 1_001 }],
  } satisfies Told;

  it("was taken by a fault that was in force while its client had it, and not by one that was over before", () => {
    expect(takenIn(told)).toEqual({ by: [1], unexplained: 1 });
  });
});

describe("a refused message", () => {
  const oversize: Fault = {
    kind: "oversize",
    worker: 0,
    size: 5_000,
    trigger: { kind: "at", ms: 1_000 },
    times: 1,
    every: 0,
  };
  const told = {
    messages: [processed, refused, refused],
    faults: [{ fault: oversize, at: 1_000 }],
    requests: [
      { on: 0, at: 900, from: 0, to: 0, ends: 100 },
      { on: 0, at: 1_010, from: 1, to: 1, ends: 6_000 },
      { on: 0, at: 1_020, from: 2, to: 2, ends: 6_100 },
    ],
    connections: [{ dialed: 0, closed: 1_040 }],
  } satisfies Told;

  it("was taken by the record that is too large, if the first refused request on its connection carried it", () => {
    expect(takenIn(told)).toEqual({ by: [2], unexplained: 0 });
  });

  it("is unexplained if no request on its connection was that large", () => {
    const requests = told.requests.map((one, place) => ({ ...one, ends: (place + 1) * 100 }));

    expect(takenIn({ ...told, requests })).toEqual({ by: [0], unexplained: 2 });
  });
});

describe("a message that a moved leader refused", () => {
  const move = (partition: number): Fault => ({
    kind: "topic",
    action: { do: "move-leader", partition },
    trigger: { kind: "at", ms: 1_000 },
    times: 1,
    every: 0,
  });
  /** Even messages go to partition 0, odd ones to partition 1; both are led by one broker. */
  const told = {
    partitions: 2,
    messages: [processed, processed, refused, inTransit, refused, inTransit],
    sends: [
      [0, 900, 901],
      [2, 1_100, 1_101],
      [4, 1_200, 1_201],
    ],
    requests: [
      { on: 0, at: 900, from: 0, to: 1 },
      { on: 0, at: 1_100, from: 2, to: 3 },
      { on: 1, at: 1_200, from: 4, to: 5 },
    ],
    connections: [
      { dialed: 0, closed: 1_110 },
      { dialed: 1_120, closed: 1_210 },
    ],
  } satisfies Told;

  it("was taken by the move, and so was what shared its connection", () => {
    expect(takenIn({ ...told, faults: [{ fault: move(0), at: 1_000 }] })).toEqual({
      by: [4],
      unexplained: 0,
    });
  });

  it("is unexplained if the move was over another partition, and no refusal carried that", () => {
    const partitions = 1;
    const messages = told.messages.map((bits) => (bits === processed ? processed : refused));

    expect(takenIn({ ...told, messages, partitions, faults: [{ fault: move(1), at: 1_000 }] })).toEqual({
      by: [0],
      unexplained: 4,
    });
  });
});

describe("a message that a broker's death took", () => {
  it("lies in a gap of its partition that the death is part of; a gap before it is unexplained", () => {
    const told = {
      messages: [processed, rejected, processed, rejected, rejected, processed],
      faults: [{ fault: brokerKill, at: 1_000, healed: 2_000, event: { broker: 1 } }],
      sends: [
        [0, 100, 101],
        [1, 200, 201],
        [2, 300, 301],
        [3, 1_500, 1_501],
        // The client still looks for the leader, long after the broker is back.
        [4, 2_500, 2_501],
        [5, 2_600, 2_601],
      ],
    } satisfies Told;

    expect(takenIn(told)).toEqual({ by: [2], unexplained: 1 });
  });
});

describe("a message that a consumer had committed over", () => {
  const messages = [processed, inProcessing, afterCommit];
  const faults = [{ fault: consumerKill, at: 1_000 }];

  it("was taken by the fault that ended the life which had it in hand", () => {
    const consumers = [aConsumer({ inHand: [1, 2] }, "f0-0")];

    expect(takenIn({ messages, faults, consumers })).toEqual({ by: [2], unexplained: 0 });
  });

  it("is unexplained if its consumer had given it up, or lived on", () => {
    expect(takenIn({ messages, faults, consumers: [aConsumer({ inHand: [2] }, "f0-0")] }).unexplained).toBe(
      1,
    );
    expect(takenIn({ messages, faults, consumers: [aConsumer({ inHand: [1, 2] }, null)] }).unexplained).toBe(
      2,
    );
  });

  const doubt = { worker: 0, life: 0, partition: 0, lowest: 2, highest: 2 };
  it.each([
    ["while its commit went unanswered", { askedAt: 1_500, at: 2_500 }, 1],
    ["and no commit went unanswered then", { askedAt: 2_500, at: 3_500 }, 0],
  ])("was in doubt, and a fault was on the consumers' link %s", (_, times, taken) => {
    const told = {
      messages: [processed, processed, afterCommit],
      faults: [{ ...blackHole, fault: aLinkFault({ on: "consumer-link", stream: "downstream" }) }],
      consumers: [aConsumer({ inDoubt: [2] }, null)],
      commitsInDoubt: [{ ...doubt, ...times }],
    };

    expect(takenIn(told)).toEqual({ by: [taken], unexplained: 1 - taken });
  });

  const added: Fault = {
    kind: "topic",
    action: { do: "add-partitions", count: 2 },
    trigger: { kind: "at", ms: 1_000 },
    times: 1,
    every: 0,
  };
  const deleted: Fault = {
    ...added,
    action: { do: "delete-records", partition: undefined, upTo: undefined },
  };
  it.each([
    ["made the group share out anew", added, 1_900, 1, 0],
    ["moves no group: a session was lost", deleted, 1_900, 0, 1],
    ["made it share out before, and this consumer did not join meanwhile", added, 1_400, 0, 0],
  ])(
    "was in doubt when its consumer joined again, and a fault %s",
    (_, fault, joinedAt, taken, overtaken) => {
      const told = {
        messages: [processed, processed, afterCommit],
        faults: [{ fault, at: 1_000, healed: 1_100 }],
        consumers: [aConsumer({ inDoubt: [2] }, null)],
        commitsInDoubt: [{ ...doubt, askedAt: 1_800, at: 2_000 }],
        joins: [joinedAt],
      };

      expect(takenIn(told)).toEqual({ by: [taken], unexplained: 1 - taken });
      expect(findCulprits(evidenceOf(told)).overtaken).toBe(overtaken);
    },
  );
});

describe("a message that the position moved past", () => {
  const messages = [processed, skipped, skipped, skipped];

  it("was taken by a reset, for as many as that moved the position by", () => {
    const event = { positions: [{ partition: 0, from: 1, to: 3 }] };

    expect(takenIn({ messages, faults: [{ fault: reset, at: 1_000, healed: 1_100, event }] })).toEqual({
      by: [2],
      unexplained: 1,
    });
  });

  it("is unexplained without a reset: a kill moves no position", () => {
    expect(takenIn({ messages, faults: [{ fault: consumerKill, at: 1_000 }] })).toEqual({
      by: [0],
      unexplained: 3,
    });
  });
});

describe("a message that is in the log no more", () => {
  const messages = [processed, fromLog];
  const sends = [
    [0, 100, 101],
    [1, 200, 201],
  ] as const;
  const deletion = (partition: number | undefined): Fault => ({
    kind: "topic",
    action: { do: "delete-records", partition, upTo: undefined },
    trigger: { kind: "at", ms: 1_000 },
    times: 1,
    every: 0,
  });

  it("was taken by a deletion in its partition, and by none in another", () => {
    expect(takenIn({ messages, sends, faults: [{ fault: deletion(undefined), at: 500 }] }).by).toEqual([1]);
    expect(
      takenIn({ messages, sends, partitions: 2, faults: [{ fault: deletion(0), at: 500 }] }).unexplained,
    ).toBe(1);
  });

  it("was taken by the death of a broker only if a replica was cut behind it", () => {
    const faults = [{ fault: brokerKill, at: 1_000, healed: 2_000, event: { broker: 1 } }];
    const truncations = [{ broker: 2, partition: 0, offset: 1, at: startedAt + 1_500 }];
    const witnesses = { refusals: [], truncations, followed: false };

    expect(takenIn({ messages, sends, faults, run: { witnesses } })).toEqual({ by: [1], unexplained: 0 });
    expect(takenIn({ messages, sends, faults })).toEqual({ by: [0], unexplained: 1 });
  });
});

/** How many messages each fault took, and how many none of them explains. */
function takenIn(told: Told): { by: number[]; unexplained: number } {
  const { lostBy, unexplained }: Culprits = findCulprits(evidenceOf(told));
  return { by: lostBy.map(sumOf), unexplained: sumOf(unexplained) };
}
