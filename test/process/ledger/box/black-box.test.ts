import { execFileSync } from "node:child_process";
import { statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { crc32 } from "node:zlib";

import { describe, expect, it } from "vitest";

import { createBox, moveNext, openBox } from "../../../../src/ledger/box/black-box.js";
import {
  checkedFrom,
  checksumAt,
  countersAt,
  descriptionAt,
  magic,
  planeNames,
  sectionsAt,
  sectionsOf,
} from "../../../../src/ledger/box/format.js";
import { countBits, hasBit } from "../../../../src/ledger/box/bits.js";
import { EvidenceError } from "../../../../src/ledger/record/evidence-error.js";
import { record } from "../../../../src/ledger/box/histogram.js";
import { readBox } from "../../../../src/ledger/box/read-box.js";
import { describedAs, runId, writeBox } from "../../../support/black-boxes.js";
import { scratchFolder } from "../../../support/scratch-folder.js";
import { fixture } from "../../../support/paths.js";

const ofLife = { runId, worker: 0, life: 0, bits: 64, killed: false };

describe("a black box", () => {
  it("is read back as it was written", async () => {
    using folder = scratchFolder();
    const path = writeBox(folder.path, "life.box", describedAs("producer", { firstNumber: 5 }), (box) => {
      moveNext(box, 40);
      box.set("sendingSince", 1000.5);
      box.ticks.set([5, 20, 40]);
      record(box.histogram, 7);
      box.planes.accepted.mark(5);
      box.planes.accepted.mark(39);
      box.planes.rejected.mark(6);
    });
    await using box = await readBox(path, { kind: "producer", ...ofLife });

    expect(box.description.firstNumber).toBe(5);
    expect(box.counter("next")).toBe(40);
    expect(box.counter("sendingSince")).toBe(1000.5);
    expect([...(await box.ticks())]).toEqual([5, 20, 40, 0, 0, 0, 0, 0]);
    expect((await box.histogram())[7]).toBe(1);
    const accepted = await box.plane("accepted");
    expect([countBits(accepted), hasBit(accepted, 5), hasBit(accepted, 39)]).toEqual([2, true, true]);
    expect(countBits(await box.plane("rejected"))).toBe(1);
  });

  it("shows the supervisor what the worker stores", () => {
    using folder = scratchFolder();
    const path = join(folder.path, "life.box");
    const description = describedAs("consumer");
    createBox(path, description);
    using worker = openBox(path, description, "write");
    using supervisor = openBox(path, description, "read");

    worker.planes.began.mark(63);
    worker.add("inHand", 3);
    worker.add("inHand", -1);

    expect(supervisor.planes.began.has(63)).toBe(true);
    expect(supervisor.planes.began.count).toBe(1);
    expect(supervisor.get("inHand")).toBe(2);
  });

  it("keeps its planes, counters and series apart", async () => {
    using folder = scratchFolder();
    for (const marked of planeNames.consumer) {
      const path = writeBox(folder.path, `${marked}.box`, describedAs("consumer"), (box) => {
        for (let bit = 0; bit < 64; bit++) expect(box.planes[marked].mark(bit)).toBe(true);
      });
      await using box = await readBox(path, { kind: "consumer", ...ofLife });
      for (const name of planeNames.consumer) {
        expect(countBits(await box.plane(name)), name).toBe(name === marked ? 64 : 0);
      }
      expect((await box.histogram()).every((count) => count === 0)).toBe(true);
    }
  });

  it("marks a bit once", () => {
    using folder = scratchFolder();
    writeBox(folder.path, "life.box", describedAs("scan"), ({ planes: { stored } }) => {
      expect([stored.mark(31), stored.mark(31), stored.mark(32)]).toEqual([true, false, true]);
      expect(stored.count).toBe(2);
    });
  });

  it("of a continued life starts where the life before it ended", async () => {
    using folder = scratchFolder();
    const path = writeBox(folder.path, "life.box", describedAs("producer", { firstNumber: 17 }), (box) => {
      expect(box.get("next")).toBe(17);
    });
    await using box = await readBox(path, { kind: "producer", ...ofLife });

    expect(box.counter("next")).toBe(17);
  });

  it("has its full length from the start, written to the disk", () => {
    using folder = scratchFolder();
    const description = describedAs("consumer", { bits: 3_200_000 });
    const path = join(folder.path, "life.box");
    createBox(path, description);
    const { size, blocks } = statSync(path);

    expect(size).toBe(sectionsOf(description).fileLength);
    expect(blocks * 512).toBeGreaterThanOrEqual(size);
  });

  it("fails with its length, when the disk is full", () => {
    using folder = scratchFolder();
    const path = join(folder.path, "life.box");
    // A process that may write 100 KiB per file simulates a full file system.
    const script = `ulimit -f 100; exec "$0" "$1" "$2" '${JSON.stringify(describedAs("consumer"))}'`;
    const said = execFileSync("sh", ["-c", script, process.execPath, fixture("creates-box.mjs"), path], {
      encoding: "utf8",
    });

    expect(said).toMatch(/^ENVIRONMENT: cannot write the black box .*life\.box \(\d+ bytes\)\n$/);
  });

  it("is rejected if the file exists: one life has one writer and one file", () => {
    using folder = scratchFolder();
    const path = join(folder.path, "life.box");
    createBox(path, describedAs("consumer"));

    expect(() => createBox(path, describedAs("consumer"))).toThrow(
      expect.objectContaining({ code: "ENVIRONMENT" }),
    );
  });

  it("that claims an impossible size is rejected before any allocation", async () => {
    using folder = scratchFolder();
    for (const changes of [
      { bits: 1e15 },
      { ticks: 1e15 },
      { ticks: -1e15 },
      { ticks: "many" as unknown as number },
    ]) {
      const path = join(folder.path, "life.box");
      forgeHeader(path, JSON.stringify(describedAs("producer", changes)));
      await expect(readBox(path, { kind: "producer", ...ofLife })).rejects.toThrow(EvidenceError);
    }
  });

  it.each(["null", "7", "{", "", "[]"])("with the description %j is rejected", async (text) => {
    using folder = scratchFolder();
    const path = join(folder.path, "life.box");
    forgeHeader(path, text);

    await expect(readBox(path, { kind: "producer", ...ofLife })).rejects.toThrow(EvidenceError);
  });

  it("of another format is rejected", async () => {
    using folder = scratchFolder();
    const path = join(folder.path, "life.box");
    forgeHeader(path, JSON.stringify(describedAs("producer", { format: 1 as 2 })));

    await expect(readBox(path, { kind: "producer", ...ofLife })).rejects.toThrow(
      'expected format "2", got "1"',
    );
  });
});

/** Writes a file with the magic of a black box, a valid checksum, and any description. */
function forgeHeader(path: string, description: string): void {
  const header = Buffer.alloc(sectionsAt);
  header.write(magic, 0, "latin1");
  header.writeUInt32LE(Buffer.byteLength(description), checkedFrom);
  header.write(description, descriptionAt);
  header.writeUInt32LE(crc32(header.subarray(checkedFrom, countersAt)), checksumAt);
  writeFileSync(path, header);
}
