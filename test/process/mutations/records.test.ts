import { rmSync } from "node:fs";
import { join } from "node:path";

import { describe, expect, it } from "vitest";

import { judgeFolder } from "../../../src/library/judge.js";
import { hasBit } from "../../../src/ledger/box/bits.js";
import type { PlaneName } from "../../../src/ledger/box/format.js";
import { readBox } from "../../../src/ledger/box/read-box.js";
import { type RunRecord, followBoxName, scanBoxName } from "../../../src/ledger/record/run-record.js";
import { type StoredRun, aRun } from "../../support/a-run.js";
import { describedAs, runId, writeBox } from "../../support/black-boxes.js";
import { type StoryName, times } from "../../support/stories.js";
import { everyFate, held } from "../../support/healthy-run.js";
import { caughtBy, rewriteRecord, withCounter } from "./mutate.js";

describe("a healthy run", () => {
  it("is judged", async () => {
    using complete = held();
    using open = everyFate();

    expect(await caughtBy(complete)).toBe("nothing");
    expect(await caughtBy(open)).toBe("nothing");
  });
});

describe("a record dropped from the scan", () => {
  it("is detected by the bits' counter and digest", async () => {
    using run = held();
    await scanAgain(run, { without: 0, records: 0 });
    using _stored = withCounter(join(run.boxes, scanBoxName), "scan", "stored", (stored) => stored + 1);

    expect(await caughtBy(run)).toBe("bits-against-counters");
  });

  it("is detected by the number of records, when bits, counter and digest agree with it", async () => {
    using run = held();
    await scanAgain(run, { without: 0, records: 0 });

    expect(await caughtBy(run)).toBe("log-against-offsets");
  });

  it("is detected by the partitions' records, when the scan counted one less", async () => {
    using run = held();
    await scanAgain(run, { without: 0, records: -1 });

    expect(await caughtBy(run)).toBe("log-against-offsets");
  });

  it("is detected by the log's offsets, when its partition has one less too", async () => {
    using run = held();
    await scanAgain(run, { without: 0, records: -1 });
    rewriteRecord(run, ({ log }) => log[0]!.records--);

    expect(await caughtBy(run)).toBe("log-against-offsets");
  });
});

describe("the auditor that follows the log", () => {
  it("distinguishes a message that vanished from the log from one that was never there", async () => {
    using run = everyFate();
    const { lostBy } = await judgeFolder(run.path);
    await followAgain(run, (_, vanished) => !vanished);
    const blind = (await judgeFolder(run.path)).lostBy;

    expect(blind.log).toBe(lostBy.log - 1);
    expect(blind["in-transit"]).toBe(lostBy["in-transit"] + 1);
  });

  it("must have seen what the scan found", async () => {
    using run = everyFate();
    await followAgain(run, (index) => index !== 0);

    expect(await caughtBy(run)).toBe("scan-against-follower");
  });

  it("must not have seen what was not sent", async () => {
    using run = everyFate();
    await followAgain(run, () => true, [30]);

    expect(await caughtBy(run)).toBe("possible-evidence");
  });

  it("must have left a box", async () => {
    using run = everyFate();
    rmSync(join(run.boxes, followBoxName));

    expect(await caughtBy(run)).toBe("INPUT");
  });

  it("must be in the record of the run", async () => {
    using run = everyFate();
    rewriteRecord(run, ({ witnesses }) => (witnesses.followed = false));

    expect(await caughtBy(run)).toBe("lives-continue");
  });
});

describe("the group's position", () => {
  const moves: [string, (log: RunRecord["log"][number]) => void][] = [
    ["beyond the end of the log", (log) => (log.position = log.end + 1)],
    ["one further than the bits allow", (log) => (log.position = log.position! + 1)],
    ["one less far than the bits allow", (log) => (log.position = log.position! - 1)],
    ["at none", (log) => (log.position = null)],
  ];
  it.each(moves)("is detected as wrong, %s", async (_, move) => {
    using run = everyFate();
    rewriteRecord(run, ({ log }) => move(log.find(({ position, end }) => position! < end)!));

    expect(await caughtBy(run)).toBe("position-within-log");
  });
});

describe("a refusal in a broker's log", () => {
  it("is rejected if it names a request that was never handed over", async () => {
    using run = everyFate();
    rewriteRecord(run, ({ witnesses }) => (witnesses.refusals![0]!.correlationId += 1_000));

    expect(await caughtBy(run)).toBe("requests-as-listed");
  });

  it("is rejected if it is not of a life of the run", async () => {
    using run = everyFate();
    rewriteRecord(run, ({ witnesses }) => (witnesses.refusals![0]!.clientId += "0"));

    expect(await caughtBy(run)).toBe("requests-as-listed");
  });

  it("is rejected if a message behind it on its connection is in the log", async () => {
    using run = everyFate();
    const { witnesses } = run.run;
    // Every message of the other connection except the first came after this one.
    rewriteRecord(run, (record) => {
      record.witnesses.refusals = [{ ...witnesses.refusals![0]!, correlationId: 0 }];
    });

    expect(await caughtBy(run)).toBe("requests-as-listed");
  });
});

describe("a message that left its process", () => {
  it("is detected if it was not marked, at every later stage", async () => {
    using run = aRun({
      producers: [[...times(30, "processed"), "inLogAndNotHanded"], times(31, "processed")],
    });

    expect(await caughtBy(run)).toBe("possible-evidence");
  });
});

describe("a broken guarantee", () => {
  const broken: [StoryName, string][] = [
    ["processedByTwoLives", "broken: duplicated, violations"],
    ["processedTwiceByOneLife", "broken: duplicated, violations"],
    ["begunByTwoLives", "broken: violations"],
    ["begunBeforeItsCommit", "broken: violations"],
    ["begunWithoutACommit", "broken: violations"],
    ["storedTwice", "broken: violations"],
    ["sentTwiceAndStoredThrice", "broken: violations"],
  ];
  it.each(broken)("%s is detected in a single message: %s", async (story, check) => {
    using run = aRun({
      producers: [[...times(20, "processed"), story, ...times(19, "processed")], times(40, "processed")],
    });

    expect(await caughtBy(run)).toBe(check);
  });
});

describe("an unrecorded life", () => {
  it("is rejected as a worker that the plan does not have", async () => {
    using run = held();
    rewriteRecord(run, ({ lives }) =>
      lives.push({ role: "consumer", worker: 2, life: 0, killed: false, endedBy: null }),
    );

    expect(await caughtBy(run)).toBe("lives-continue");
  });

  it("cannot hide what it did", async () => {
    using run = aRun({ producers: [times(40, "processed"), times(40, "processedByTwoLives")] });
    expect(await caughtBy(run)).toBe("broken: duplicated, violations");

    rewriteRecord(
      run,
      (record) =>
        (record.lives = record.lives.filter(({ role, worker }) => role === "producer" || worker === 0)),
    );
    rmSync(join(run.boxes, "consumer-1.0.box"));
    expect(await caughtBy(run)).toBe("lives-continue");
  });
});

/** The follower's box if it had missed a message, or seen one that was not there. */
async function followAgain(
  run: StoredRun,
  sees: (index: number, vanished: boolean) => boolean,
  also: readonly number[] = [],
): Promise<void> {
  const { bits } = layOutOf(run);
  const path = join(run.boxes, followBoxName);
  const stored = new Set((await readScan(join(run.boxes, scanBoxName), bits)).stored);
  const seen = await readPlane(path, "follow", "seen", bits);
  rmSync(path);
  writeBox(run.boxes, followBoxName, describedAs("follow", { bits }), (box) => {
    for (const index of [...seen.filter((one) => sees(one, !stored.has(one))), ...also])
      box.planes.seen.mark(index);
  });
}

/** The scan's box if it had missed a message or miscounted. */
async function scanAgain(
  run: StoredRun,
  { without, records }: { without: number; records: number },
): Promise<void> {
  const path = join(run.boxes, scanBoxName);
  const { bits } = layOutOf(run);
  const before = await readScan(path, bits);
  rmSync(path);
  writeBox(run.boxes, scanBoxName, describedAs("scan", { bits }), (box) => {
    box.set("records", before.records + records);
    for (const index of before.stored) if (index !== without) box.planes.stored.mark(index);
  });
}

async function readScan(path: string, bits: number): Promise<{ stored: number[]; records: number }> {
  await using box = await readBox(path, { kind: "scan", runId, worker: 0, life: 0, bits, killed: false });
  return { stored: await readPlane(path, "scan", "stored", bits), records: box.counter("records") };
}

async function readPlane<Kind extends "scan" | "follow">(
  path: string,
  kind: Kind,
  plane: PlaneName<Kind>,
  bits: number,
): Promise<number[]> {
  await using box = await readBox(path, { kind, runId, worker: 0, life: 0, bits, killed: false });
  const words = await box.plane(plane);
  return Array.from({ length: bits }, (_, index) => index).filter((index) => hasBit(words, index));
}

function layOutOf({ run }: StoredRun): { bits: number } {
  return { bits: run.plan.layout.words * 32 };
}
