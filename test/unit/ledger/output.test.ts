import { rmSync } from "node:fs";
import { join } from "node:path";

import { describe, expect, it } from "vitest";

import { judgeFolder } from "../../../src/library/judge.js";
import { type OutputRecord, outputBoxName, writeRunRecord } from "../../../src/ledger/record/run-record.js";
import { type StoredRun, aRun } from "../../support/a-run.js";
import { type StoryName, times } from "../../support/stories.js";

describe("an effectively-once run", () => {
  it("is judged by the output topic, not by what handlers did", async () => {
    using run = once([
      ...times(20, "putOut"),
      ...times(5, "putOutByTheNextLife"),
      ...times(3, "neverPutOut"),
      ...times(2, "abortedAtTheEnd"),
    ]);
    const { messages, lostBy } = await judgeFolder(run.path);

    expect(messages).toMatchObject({ processed: 25, duplicated: 0, lost: 3, unread: 2 });
    expect(lostBy["in-processing"]).toBe(3);
  });

  it.each(["putOutTwice", "putOutTwiceByOneHandler"] as const)(
    "is broken by a message that was %s",
    async (story) => {
      using run = once([...times(20, "putOut"), ...times(1, story)]);
      const { messages, verdict, reasons } = await judgeFolder(run.path);

      expect([messages.processed, messages.duplicated, verdict]).toEqual([21, 1, "broken"]);
      expect(reasons).toEqual(["duplicated: 1 is outside 0 to 0"]);
    },
  );

  it("fails the check, when the output holds a message that no handler ended", async () => {
    using run = once([...times(20, "putOut"), ...times(1, "putOutByNobody")]);

    await expect(judgeFolder(run.path)).rejects.toThrow("output-against-handlers");
  });

  const changes: [string, (output: OutputRecord[]) => OutputRecord[] | null, string][] = [
    ["fewer records than bits", changed({ records: -1 }), "output-against-offsets"],
    ["more records than offsets", changed({ end: -3 }), "output-against-offsets"],
    ["no output record at all", () => null, "lives-continue"],
  ];
  it.each(changes)("fails the check, when its record has %s", async (_, change, check) => {
    using run = once(times(21, "putOut"));
    writeRunRecord(run.path, { ...run.run, output: change(run.run.output!) });

    await expect(judgeFolder(run.path)).rejects.toThrow(check);
  });

  it("fails the check without a record of the output, as does another guarantee with one", async () => {
    using run = once(times(21, "putOut"));
    rmSync(join(run.boxes, outputBoxName));
    writeRunRecord(run.path, { ...run.run, output: null });
    await expect(judgeFolder(run.path)).rejects.toThrow("run-record");

    using other = once(times(21, "putOut"));
    writeRunRecord(other.path, {
      ...other.run,
      plan: {
        ...other.run.plan,
        scenario: { ...other.run.plan.scenario, guarantee: "at-least-once" },
      },
    });
    await expect(judgeFolder(other.path)).rejects.toThrow("run-record");
  });
});

describe("an at-least-once run", () => {
  it("may process a message twice and before its commit, without breaking the guarantee", async () => {
    using run = aRun({
      producers: [[...times(20, "putOut"), ...times(3, "processedByTwoLives")]],
      killedAt: 10,
      guarantee: "at-least-once",
      expect: { duplicated: { min: { kind: "count", value: 3 }, max: undefined } },
    });
    const { messages, verdict, violations, expectations } = await judgeFolder(run.path);

    expect([messages.processed, messages.duplicated, verdict]).toEqual([23, 3, "held"]);
    expect(violations.beganBeforeCommit).toBe(20);
    expect(expectations.map(({ name }) => name)).toEqual(["lost", "duplicated", "unexplained"]);
  });
});

function once(stories: readonly StoryName[]): StoredRun {
  return aRun({ producers: [stories], killedAt: 10, guarantee: "effectively-once" });
}

/** Changes the numbers of the first partition. */
function changed(by: Partial<OutputRecord>) {
  return (output: OutputRecord[]): OutputRecord[] =>
    output.map((record, index) =>
      index > 0
        ? record
        : { ...record, end: record.end + (by.end ?? 0), records: record.records + (by.records ?? 0) },
    );
}
