import { readdirSync } from "node:fs";
import { join } from "node:path";

import { afterAll, beforeAll, describe, expect, it } from "vitest";

import { boxesName } from "../../../src/ledger/record/run-record.js";
import { judgeFolder } from "../../../src/library/judge.js";
import type { Driver } from "../../../src/kafka/driver.js";
import { kafkajsDriver } from "../../../src/kafka/kafkajs/driver.js";
import { readRunRecord } from "../../../src/ledger/record/run-record.js";
import { Exporter } from "../../../src/metrics/exporter.js";
import type { Result } from "../../../src/results/result.js";
import { lookLast } from "../../support/last-look.js";
import { lastBy, readSeries } from "../../support/series.js";
import { type Laboratory, openLaboratory } from "../../support/laboratory.js";

/** No record vanishes, so the auditor that follows the log is not needed as a witness. */
const yaml = `
guarantee: at-most-once
topic: { partitions: 2 }
producers: { count: 1, rate: 1000/s, messages: 3000, overload: true }
consumers: { count: 2, commitEvery: 20, handle: 1ms, sessionTimeout: 1s }
faults:
  - { when: after-commit, kill: consumer, worker: 0, restartAfter: 300ms }
expect: { lost: exposed, lostBy: { log: 0, in-transit: 0 } }
`;

/** Drivers of auditors: one never starts reading, and one misses every tenth record. */
const drivers: Record<string, Driver | undefined> = {
  well: undefined,
  never: {
    ...kafkajsDriver,
    followLog: () => Promise.reject(new Error("this log cannot be followed")),
  },
  "with-gaps": {
    ...kafkajsDriver,
    followLog: (connection, order) =>
      kafkajsDriver.followLog(connection, {
        ...order,
        onRecord: (partition, offset, value) => {
          if (offset % 10 !== 3) order.onRecord(partition, offset, value);
        },
      }),
  },
};

describe("a watched run", () => {
  let lab: Laboratory;
  let alone: Result;
  beforeAll(async () => {
    lab = await openLaboratory();
    alone = await lab.run("alone", yaml);
  });
  afterAll(() => lab[Symbol.asyncDispose]());

  const boxesOf = (name: string): string[] => readdirSync(join(lab.out, name, boxesName)).toSorted();
  const followedIn = (name: string): boolean => readRunRecord(join(lab.out, name)).witnesses.followed;

  it.each(Object.entries(drivers))(
    "is judged like an unwatched one, even if the auditor that follows the log does it %s",
    async (how, driver) => {
      const exporter = new Exporter("kafkajs");
      const looks = lookLast(exporter);
      const name = `watched-${how}`;
      const watched = await lab.run(name, yaml, { exporter, ...(driver && { driver }) });

      expect([watched.verdict, watched.reasons]).toEqual(["held", []]);
      for (const of of ["verdict", "reasons", "witnesses"] as const) expect(watched[of]).toEqual(alone[of]);
      expect(followedIn(name)).toBe(false);
      expect(boxesOf(name)).toEqual(boxesOf(alone.scenario));
      expect(await judgeFolder(join(lab.out, name))).toEqual(watched);

      // Only its live values lag, and the final ones are the ledger's.
      const { stored } = looks.get(name)!.measured;
      const inLog = watched.messages.stored;
      expect(inLog).toBe(3000);
      if (how === "well") expect(stored).toBe(inLog);
      if (how === "never") expect(stored).toBe(0);
      if (how === "with-gaps") expect([stored > 0, stored < inLog]).toEqual([true, true]);
      const last = readSeries(await exporter.render());
      expect(lastBy(last, "lossbound_messages_stored_total")[""]).toBe(inLog);
    },
  );

  it("has a witness when its scenario lets records vanish, watched or not", async () => {
    const vanishing = yaml
      .replace("faults:", "faults:\n  - { at: 1s, deleteRecords: all }")
      .replace("lost: exposed", "lost: { max: 3000 }")
      .replace("log: 0", "skipped: 0");
    const exporter = new Exporter("kafkajs");
    const looks = lookLast(exporter);
    const watched = await lab.run("vanishing", vanishing, { exporter });
    expect(watched.witnesses).toContain("following-auditor");
    expect(followedIn("vanishing")).toBe(true);
    expect(boxesOf("vanishing")).toContain("follow.box");
    expect(looks.get("vanishing")!.measured.stored).toBe(3000);
  });
});
