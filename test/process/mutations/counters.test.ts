import { afterAll, beforeAll, describe, expect, it } from "vitest";

import {
  type BoxKind,
  counterCount,
  countersAt,
  countersOf,
  digestCount,
  digestsAt,
  planeNames,
  sectionsOf,
} from "../../../src/ledger/box/format.js";
import { judgeFolder } from "../../../src/library/judge.js";
import type { Result } from "../../../src/results/result.js";
import type { StoredRun } from "../../support/a-run.js";
import { everyFate } from "../../support/healthy-run.js";
import { boxesOf, caughtBy, withBytes, withCounter } from "./mutate.js";

/** Counters behind a fate or a count, and the check that compares each with its second source. */
const evidence: Record<string, string> = {
  pending: "bits-against-counters",
  next: "lives-continue",
  nextAgain: "lives-continue",
  requestsListed: "requests-as-listed",
  sendsListed: "sends-as-listed",
  connectionsOpened: "connections-as-listed",
  records: "log-against-offsets",
  ...Object.fromEntries(
    Object.values(planeNames).flatMap((names) => names.map((name) => [name, "bits-against-counters"])),
  ),
};

/**
 * All others are statistics about time and pace, without a second source; no conclusion rests on
 * them.
 */
const statistics: Record<BoxKind, string[]> = {
  producer: namesWithoutEvidence("producer"),
  consumer: namesWithoutEvidence("consumer"),
  scan: namesWithoutEvidence("scan"),
  output: namesWithoutEvidence("output"),
  follow: namesWithoutEvidence("follow"),
};

describe("a counter that was changed by one", () => {
  let run: StoredRun;
  let before: Result;
  beforeAll(async () => {
    run = everyFate();
    before = await judgeFolder(run.path);
  });
  afterAll(() => run[Symbol.dispose]());

  it.each([1, -1])("is detected if it is evidence, in every black box (by %i)", async (by) => {
    for (const { path, name, kind } of boxesOf(run)) {
      for (const counter of countersOf(kind).filter((known) => known in evidence)) {
        using _changed = withCounter(path, kind, counter, (value) => value + by);
        const check = await caughtBy(run);
        // Below zero, any counter is invalid.
        expect([evidence[counter], "bits-against-counters"], `${counter} in ${name}`).toContain(check);
      }
    }
  });

  it("is detected if it is a digest, even an unused one", async () => {
    for (const { path, name } of boxesOf(run)) {
      for (let plane = 0; plane < digestCount; plane++) {
        using _changed = withBytes(path, digestsAt + plane * 4, (bytes) =>
          bytes.writeUInt32LE((bytes.readUInt32LE() + 1) >>> 0),
        );
        expect(await caughtBy(run), `digest ${plane} in ${name}`).toBe("bits-against-counters");
      }
    }
  });

  it("is detected if it is an unused counter", async () => {
    for (const { path, kind } of boxesOf(run)) {
      for (const index of [countersOf(kind).length, counterCount - 1]) {
        using _stray = withBytes(path, countersAt + index * 8, (bytes) => bytes.writeDoubleLE(1));
        expect(await caughtBy(run)).toBe("bits-against-counters");
      }
    }
  });

  it.each([1, -1])("changes no message's fate if it is a statistic (by %i)", async (by) => {
    for (const { path, name, kind } of boxesOf(run)) {
      for (const counter of statistics[kind]) {
        using _changed = withCounter(path, kind, counter, (value) => Math.max(0, value + by));
        const check = await caughtBy(run);
        // Some of them are detected too: more ticks than entries, for one.
        if (check === "nothing") {
          expect(countsIn(await judgeFolder(run.path)), `${counter} in ${name}`).toEqual(countsIn(before));
        } else expect(check, `${counter} in ${name}`).toBe("lives-continue");
      }
    }
  });

  it("is rejected if it is a time or a number that no run has, since that would fill the memory with seconds", async () => {
    const producer = boxesOf(run).find(({ kind }) => kind === "producer")!;
    for (const counter of ["sendingSince", "sendingUntil"]) {
      for (const wrong of [run.run.startedAt + 2 * 24 * 3600 * 1000, 1e300, Number.MAX_VALUE]) {
        using _changed = withCounter(producer.path, "producer", counter, () => wrong);
        expect(await caughtBy(run), `${counter} ${wrong}`).toBe("lives-continue");
      }
    }
    const { ticks } = sectionsOf({ kind: "producer", bits: 31, ticks: 1, requests: 0, sends: 0 });
    for (const wrong of [1e300, Number.NaN, -1, 0.5]) {
      using _changed = withBytes(producer.path, ticks.at, (bytes) => bytes.writeDoubleLE(wrong));
      expect(await caughtBy(run), `tick ${wrong}`).toBe("lives-continue");
    }
  });

  it("is a statistic only if it is about time, pace or the sockets", () => {
    expect(statistics).toEqual({
      producer: [
        "sendingSince",
        "sendingUntil",
        "ticks",
        "gaveUp",
        "sends",
        "oversized",
        "requestsUnlisted",
        "lagMax",
        "stoodStillMax",
        ...ofSockets,
      ],
      consumer: [
        "inHand",
        "joins",
        "assigned",
        "commitsAcknowledged",
        "commitsFailed",
        "standing",
        "gaveUp",
        "processingUntil",
        "latencyMax",
        ...ofSockets,
      ],
      scan: [],
      output: [],
      follow: [],
    });
  });
});

const ofSockets = [
  "connectionsClosed",
  "dialsRefused",
  "bytesWritten",
  "bytesFlushed",
  "requests",
  "answered",
];

function namesWithoutEvidence(kind: BoxKind): string[] {
  return countersOf(kind).filter((name) => !(name in evidence));
}

function countsIn({ messages, lostBy, violations, verdict, reasons, expectations }: Result) {
  return { messages, lostBy, violations, verdict, reasons, expectations };
}
