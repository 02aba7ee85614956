import fc from "fast-check";
import { describe, expect, it } from "vitest";

import { EvidenceError } from "../../../../src/ledger/record/evidence-error.js";
import { causes } from "../../../../src/scenario/scenario.js";
import { type Tally, lostBy, tallyOf } from "../../../../src/verdict/fates/tally.js";
import {
  type Evidence,
  type ProducerTold,
  aLedger,
  afterCommit,
  behindRefused,
  clientBuffer,
  clientBufferAccepted,
  duplicated,
  fromLog,
  inProcessing,
  inTransit,
  inTransitUnanswered,
  indeterminate,
  processed,
  refused,
  rejected,
  setBit,
  skipped,
  startedAt,
  unread,
  vanished,
} from "../a-ledger.js";

function tallied(...producers: ProducerTold[]): Tally {
  return tallyOf(aLedger(producers), startedAt);
}

describe("a tally", () => {
  it("gives every message its fate, and counts each kind", () => {
    const tally = tallied({
      messages: [
        processed,
        processed,
        duplicated,
        unread,
        indeterminate,
        rejected,
        clientBuffer,
        inTransit,
        fromLog,
        vanished,
        skipped,
        afterCommit,
        inProcessing,
        [],
        [],
      ],
      sent: 13,
    });

    expect(tally.fates).toEqual({
      impossible: 0,
      unsent: 2,
      processed: 2,
      duplicated: 1,
      unread: 1,
      indeterminate: 1,
      rejected: 1,
      "client-buffer": 1,
      "in-transit": 1,
      refused: 0,
      log: 2,
      skipped: 1,
      "after-commit": 1,
      "in-processing": 1,
    });
    expect(tally).toMatchObject({ planned: 15, sent: 13, accepted: 11, rejected: 1, stored: 7, received: 4 });
  });

  it.each([1, 31, 32, 33, 63, 64, 65])("counts exactly the messages of a producer that has %i", (count) => {
    const tally = tallied({ messages: Array.from({ length: count }, () => inTransit) });

    expect(tally.fates["in-transit"]).toBe(count);
    expect(tally.planned).toBe(count);
  });

  it("keeps producers apart, whose last words have room to spare", () => {
    const { fates } = tallied(
      { messages: fill(34, processed) },
      { messages: [...fill(20, inTransit), ...fill(13, [])], sent: 20 },
      { messages: fill(33, rejected) },
    );

    expect([fates.processed, fates["in-transit"], fates.unsent, fates.rejected]).toEqual([34, 20, 13, 33]);
  });

  it("refuses evidence for a message that was never sent", () => {
    const ledger = aLedger([{ messages: [processed, processed, processed], sent: 2 }]);

    expect(() => tallyOf(ledger, startedAt)).toThrow(EvidenceError);
  });

  it("refuses evidence for a message that was never planned, at each place of the room to spare", () => {
    for (let place = 3; place < 32; place++) {
      const ledger = aLedger([{ messages: [processed, processed, processed] }]);
      setBit(ledger.planes.fetched, place);

      expect(() => tallyOf(ledger, startedAt), `place ${place}`).toThrow(
        "1 messages have evidence that contradicts itself",
      );
    }
  });

  it("counts messages by the second in which they were sent, where two seconds share a word", () => {
    const messages = [...fill(10, processed), ...fill(30, inTransit), ...fill(10, rejected)];
    const { seconds } = tallied({
      messages,
      times: [
        [500, 4],
        [1000, 10],
        [1500, 35],
        [2000, 40],
        [2001, 50],
      ],
    });

    expect(seconds.map(({ sent }) => sent)).toEqual([10, 30, 10]);
    expect(
      seconds.map((second) => [second.processed, second.lostBy["in-transit"], second.lostBy.rejected]),
    ).toEqual([
      [10, 0, 0],
      [0, 30, 0],
      [0, 0, 10],
    ]);
  });

  it("has a second for the time in which nothing was sent", () => {
    const { seconds } = tallied({
      messages: fill(4, processed),
      times: [
        [900, 2],
        [3500, 4],
      ],
    });

    expect(seconds.map(({ sent }) => sent)).toEqual([2, 0, 0, 2]);
  });

  it("puts what was sent before the start into the first second, and has none where nothing was sent", () => {
    expect(
      tallied({ messages: fill(4, processed), times: [[-50, 4]] }).seconds.map(({ sent }) => sent),
    ).toEqual([4]);
    expect(tallied({ messages: fill(4, []), sent: 0, times: [] }).seconds).toEqual([]);
  });

  it("goes on where a producer's life ended and its next one began", () => {
    // The second life's times begin anew, at a later moment.
    const { seconds } = tallied({
      messages: fill(40, processed),
      times: [
        [100, 10],
        [200, 20],
        [2300, 20],
        [2400, 40],
      ],
    });

    expect(seconds.map(({ sent }) => sent)).toEqual([20, 0, 20]);
  });

  it("counts a message once, whoever kept several copies of it", () => {
    const { fates, violations, stored } = tallyOf(
      aLedger([{ messages: fill(3, processed) }], { extraCopies: 5 }),
      startedAt,
    );

    expect([stored, fates.processed, violations.storedTwice]).toEqual([3, 3, 5]);
  });

  it("counts violations beside the fates", () => {
    const { fates, violations } = tallied({
      messages: [[...processed, "beganUncovered"], [...inProcessing, "beganAgain"], duplicated],
    });

    expect(violations).toEqual({ beganBeforeCommit: 1, beganTwice: 2, storedTwice: 0 });
    expect([fates.processed, fates["in-processing"], fates.duplicated]).toEqual([1, 1, 1]);
  });
});

describe("the witnesses of a tally", () => {
  it("tell what never left the process from what did, whether its send came back or not", () => {
    const { fates } = tallied({
      messages: [
        clientBuffer,
        clientBufferAccepted,
        inTransit,
        inTransitUnanswered,
        rejected,
        ["rejected", "handed"],
      ],
    });

    expect([fates["client-buffer"], fates["in-transit"], fates.rejected]).toEqual([2, 2, 2]);
  });

  it("contradict what was seen of a message that never left", () => {
    for (const elsewhere of ["stored", "fetched", "refused", "behindRefused", "seen"] as const) {
      const ledger = aLedger([{ messages: [processed, ["accepted", elsewhere]] }]);

      expect(() => tallyOf(ledger, startedAt), elsewhere).toThrow(
        "1 messages have evidence that contradicts",
      );
    }
    const acknowledged = aLedger([{ messages: [clientBufferAccepted] }], { acknowledges: true });

    expect(() => tallyOf(acknowledged, startedAt)).toThrow(EvidenceError);
  });

  it("count the refused, and apart those behind them, where they were not stored all the same", () => {
    const stored: Evidence = [...processed, "refused"];
    const both: Evidence = [...refused, "behindRefused"];
    const { fates, refusedBehind } = tallied({
      messages: [refused, behindRefused, behindRefused, both, stored, [...inTransitUnanswered, "refused"]],
    });

    expect([fates.refused, refusedBehind, fates.processed]).toEqual([5, 2, 1]);
  });

  it("make a loss one from the log, where the message was acknowledged or seen there", () => {
    const lost = { messages: [inTransit, inTransitUnanswered, rejected] };
    const silent = tallyOf(aLedger([lost], { acknowledges: false }), startedAt).fates;
    const acknowledged = tallyOf(aLedger([lost], { acknowledges: true }), startedAt).fates;
    const followed = tallied({ messages: [[...inTransit, "seen"], inTransit] }).fates;

    expect([silent.log, silent["in-transit"], silent.rejected]).toEqual([0, 2, 1]);
    expect([acknowledged.log, acknowledged["in-transit"], acknowledged.rejected]).toEqual([1, 1, 1]);
    expect([followed.log, followed["in-transit"]]).toEqual([1, 1]);
  });
});

describe("the sums of a tally", () => {
  it("agree, whatever was sent when and whatever became of it", () => {
    fc.assert(
      fc.property(anyProducers, (producers) => {
        const tally = tallied(...producers);
        const { fates, seconds } = tally;
        const told = producers.flatMap(({ messages }) => messages);

        expect(sum(Object.values(fates))).toBe(told.length);
        expect(tally.planned).toBe(told.length);
        expect(tally.sent).toBe(told.length - fates.unsent);
        for (const [name, evidence] of Object.entries(byName)) {
          const sent = producers.flatMap(({ messages, sent: below }) => messages.slice(0, below));
          expect(fates[name as keyof typeof byName], name).toBe(
            sent.filter((one) => one === evidence).length,
          );
        }
        expect(sum(seconds.map((second) => second.sent))).toBe(tally.sent);
        expect(sum(seconds.map((second) => second.processed))).toBe(fates.processed + fates.duplicated);
        for (const cause of causes) {
          expect(sum(seconds.map((second) => second.lostBy[cause])), cause).toBe(lostBy(tally)[cause]);
        }
      }),
      { numRuns: 500 },
    );
  });

  it("are those of each message asked by itself: its second, and its fate", () => {
    fc.assert(
      fc.property(anyProducers, (producers) => {
        const { seconds } = tallied(...producers);
        const expected = new Map<number, number>();
        for (const { sent = 0, times = [] } of producers) {
          for (let number = 0; number < sent; number++) {
            const ms = times.find(([, next]) => next > number)![0];
            const second = Math.max(0, Math.ceil(ms / 1000) - 1);
            expected.set(second, (expected.get(second) ?? 0) + 1);
          }
        }

        expect(seconds.map(({ sent }) => sent)).toEqual(
          seconds.map((_, second) => expected.get(second) ?? 0),
        );
      }),
      { numRuns: 500 },
    );
  });
});

const byName = {
  processed,
  duplicated,
  unread,
  indeterminate,
  rejected,
  "client-buffer": clientBuffer,
  "in-transit": inTransit,
  refused,
  log: fromLog,
  skipped,
  "after-commit": afterCommit,
  "in-processing": inProcessing,
} as const;

/** Producers that sent a part of their messages, at moments that only grow, the last of which closes. */
const anyProducers: fc.Arbitrary<ProducerTold[]> = fc
  .tuple(fc.integer({ min: 1, max: 3 }), fc.integer({ min: 1, max: 80 }))
  .chain(([producers, messages]) =>
    fc.array(aProducer(messages), { minLength: producers, maxLength: producers }),
  );

function aProducer(count: number): fc.Arbitrary<Required<ProducerTold>> {
  const moments = fc.array(fc.tuple(fc.integer({ min: -100, max: 6000 }), fc.nat(count)), { maxLength: 8 });
  const evidence = fc.constantFrom(...Object.values(byName));
  return fc
    .record({
      stories: fc.array(evidence, { minLength: count, maxLength: count }),
      sent: fc.nat(count),
      moments,
    })
    .map(({ stories, sent, moments: drawn }) => {
      const at = drawn.map(([ms]) => ms).toSorted((a, b) => a - b);
      const next = drawn.map(([, below]) => Math.min(below, sent)).toSorted((a, b) => a - b);
      const times = at.map((ms, place) => [ms, next[place]!] as const);
      return {
        messages: stories.map((story, number): Evidence => (number < sent ? story : [])),
        sent,
        times: sent === 0 ? [] : [...times, [Math.max(0, ...at) + 1, sent] as const],
      };
    });
}

function fill(count: number, evidence: Evidence): Evidence[] {
  return Array.from({ length: count }, () => evidence);
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, one) => total + one, 0);
}
