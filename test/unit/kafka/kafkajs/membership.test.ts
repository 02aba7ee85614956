import fc from "fast-check";
import { describe, expect, it } from "vitest";

import { Membership } from "../../../../src/kafka/kafkajs/membership.js";

const fetchLimitMs = 30_000;

describe("a batch", () => {
  it("belongs to the membership under which its fetch began", () => {
    const membership = new Membership(fetchLimitMs);
    membership.joined();
    membership.fetchBegan("1", 0);

    expect(membership.joinsWhenFetched()).toBe(membership.joins);
  });

  it("is stale if the group was rejoined after its fetch began", () => {
    const membership = new Membership(fetchLimitMs);
    membership.joined();
    membership.fetchBegan("1", 0);
    membership.joined();

    expect(membership.joinsWhenFetched()).toBeLessThan(membership.joins);
  });

  it("is current again once the next fetch has begun", () => {
    const membership = new Membership(fetchLimitMs);
    membership.joined();
    membership.fetchBegan("1", 0);
    membership.joined();
    membership.fetchBegan("1", 10);

    expect(membership.joinsWhenFetched()).toBe(membership.joins);
  });

  it("counts as stale while the fetch of any broker predates the rejoin", () => {
    const membership = new Membership(fetchLimitMs);
    membership.joined();
    membership.fetchBegan("1", 0);
    membership.fetchBegan("2", 0);
    membership.joined();
    membership.fetchBegan("1", 10);

    expect(membership.joinsWhenFetched()).toBeLessThan(membership.joins);
  });
});

describe("a broker that is no longer asked", () => {
  function withSilentBroker(): Membership {
    const membership = new Membership(fetchLimitMs);
    membership.fetchBegan("silent", 0);
    membership.joined();
    return membership;
  }

  it("is dropped once its last fetch must have ended", () => {
    const membership = withSilentBroker();
    membership.fetchBegan("1", fetchLimitMs + 1);

    expect(membership.joinsWhenFetched()).toBe(membership.joins);
  });

  it("is not dropped before its last fetch must have ended", () => {
    const membership = withSilentBroker();
    membership.fetchBegan("1", fetchLimitMs);

    expect(membership.joinsWhenFetched()).toBeLessThan(membership.joins);
  });

  it("is not dropped while a batch is being processed, because its own batch may be waiting", () => {
    const membership = withSilentBroker();
    membership.batchBegan();
    membership.fetchBegan("1", fetchLimitMs + 1);
    expect(membership.joinsWhenFetched()).toBeLessThan(membership.joins);

    membership.batchEnded();
    membership.fetchBegan("1", fetchLimitMs + 2);
    expect(membership.joinsWhenFetched()).toBe(membership.joins);
  });
});

describe("a partition that two brokers were asked for", () => {
  function withLeaderThatMoved(): Membership {
    const membership = new Membership(fetchLimitMs);
    membership.joined();
    membership.fetchBegan("old leader", 0);
    membership.fetchBegan("new leader", 1);
    membership.dealtWith(7, 106);
    return membership;
  }

  it("repeats a batch that begins with processed records and may have been fetched before", () => {
    const membership = withLeaderThatMoved();

    expect(membership.repeatedBelow(7, 100)).toBe(106);
    expect(membership.repeatedBelow(7, 106)).toBeUndefined();
    expect(membership.repeatedBelow(8, 100)).toBeUndefined();
  });

  it("does not repeat if every fetch began later, because the client was sent back on purpose", () => {
    const membership = withLeaderThatMoved();
    membership.fetchBegan("new leader", 2);
    expect(membership.repeatedBelow(7, 0)).toBe(106);

    membership.fetchBegan("old leader", 3);
    expect(membership.repeatedBelow(7, 0)).toBeUndefined();
  });

  it("does not repeat under another membership", () => {
    const membership = withLeaderThatMoved();
    membership.joined();

    expect(membership.repeatedBelow(7, 100)).toBeUndefined();
  });
});

describe("a stale batch", () => {
  it("is never taken for current, in any order of joins and fetches", () => {
    const step = fc.oneof(
      fc.constant({ kind: "join" as const }),
      fc.record({ kind: fc.constant("fetch" as const), broker: fc.constantFrom("1", "2", "3") }),
      fc.record({ kind: fc.constant("hand-over" as const), broker: fc.constantFrom("1", "2", "3") }),
    );
    fc.assert(
      fc.property(fc.array(step, { maxLength: 40 }), (steps) => {
        const membership = new Membership(fetchLimitMs);
        const fetchedUnder = new Map<string, number>();
        for (const [now, one] of steps.entries()) {
          switch (one.kind) {
            case "join":
              membership.joined();
              break;
            case "fetch":
              membership.fetchBegan(one.broker, now);
              fetchedUnder.set(one.broker, membership.joins);
              break;
            case "hand-over": {
              const fetched = fetchedUnder.get(one.broker);
              if (fetched !== undefined) expect(membership.joinsWhenFetched()).toBeLessThanOrEqual(fetched);
              break;
            }
          }
        }
      }),
    );
  });
});

describe("a membership", () => {
  it("is proved by the second answer, because the first may belong to an earlier heartbeat", () => {
    const membership = new Membership(fetchLimitMs);
    membership.answered();
    const proved = membership.proof();
    expect(proved()).toBe(false);
    membership.answered();
    expect(proved()).toBe(false);
    membership.answered();
    expect(proved()).toBe(true);
  });
});
