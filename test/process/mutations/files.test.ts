import { appendFileSync, copyFileSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";

import { describe, expect, it } from "vitest";

import { checksumAt, countersAt, sectionsAt, sectionsOf } from "../../../src/ledger/box/format.js";
import { LossboundError } from "../../../src/base/errors.js";
import { judgeFolder } from "../../../src/library/judge.js";
import type { StoredRun } from "../../support/a-run.js";
import { everyFate } from "../../support/healthy-run.js";
import { boxesOf, caughtBy, rewriteRecord, withBytes } from "./mutate.js";

describe("a black box", () => {
  it("is rejected with any byte of its header changed", async () => {
    using run = everyFate();
    for (const { path, name } of oneOfEachKind(boxesOf(run))) {
      for (let at = 0; at < countersAt; at++) {
        using _changed = withBytes(path, at, (bytes) => (bytes[0]! ^= 0x01));
        expect(await caughtBy(run), `byte ${at} of ${name}`).toBe("black-box");
      }
    }
  });

  it("is rejected if it is cut off anywhere, or has bytes after its end", async () => {
    using run = everyFate();
    for (const { path, name, kind } of boxesOf(run)) {
      const whole = readFileSync(path);
      const description = JSON.parse(whole.toString("utf8", 16, 16 + whole.readUInt32LE(12))) as {
        bits: number;
        ticks: number;
        requests: number;
        sends: number;
      };
      const { ticks, connections, histogram, requests, sends, planes } = sectionsOf({ kind, ...description });
      const borders = [ticks, connections, histogram, requests, sends, ...planes].map(({ at }) => at);
      for (const border of [0, 1, checksumAt, countersAt, sectionsAt, ...borders, whole.length]) {
        for (const length of [border - 1, border, border + 1, border + 100]) {
          if (length < 0 || length === whole.length) continue;
          writeFileSync(path, whole.subarray(0, Math.min(length, whole.length)));
          if (length > whole.length) appendFileSync(path, Buffer.alloc(length - whole.length));
          expect(await caughtBy(run), `${name} of ${length} bytes`).toBe("black-box");
        }
      }
      writeFileSync(path, whole);
    }

    expect(await caughtBy(run)).toBe("nothing");
  });

  it("is rejected with only zeros after its header, which is not how an idle life looks", async () => {
    using run = everyFate();
    for (const { path, name } of boxesOf(run)) {
      const whole = readFileSync(path);
      writeFileSync(
        path,
        Buffer.concat([whole.subarray(0, countersAt), Buffer.alloc(whole.length - countersAt)]),
      );
      expect(["bits-against-counters", "lives-continue"], name).toContain(await caughtBy(run));
      writeFileSync(path, whole);
    }
  });

  it("is reported if it is missing", async () => {
    using run = everyFate();
    for (const { path } of boxesOf(run)) {
      renameSync(path, `${path}.gone`);
      expect(await caughtBy(run)).toBe("INPUT");
      renameSync(`${path}.gone`, path);
    }
  });

  it("is rejected under the name of another", async () => {
    using run = everyFate();
    const boxes = boxesOf(run);
    for (const one of boxes) {
      const original = readFileSync(one.path);
      for (const other of boxes) {
        if (one === other) continue;
        copyFileSync(other.path, one.path);
        expect(await caughtBy(run), `${other.name} as ${one.name}`).toBe("black-box");
      }
      writeFileSync(one.path, original);
    }
  });

  it("of another run is rejected", async () => {
    using run = everyFate();
    rewriteRecord(run, (record) => (record.runId = "ff".repeat(16)));

    expect(await caughtBy(run)).toBe("black-box");
  });

  it("of an unknown life is rejected, since its evidence would be ignored", async () => {
    using run = everyFate();
    copyFileSync(join(run.boxes, "consumer-0.0.box"), join(run.boxes, "consumer-0.2.box"));

    expect(await caughtBy(run)).toBe("lives-continue");
  });

  it("folder that is missing is not a run", async () => {
    using run = everyFate();
    rmSync(run.boxes, { recursive: true });

    expect(await caughtBy(run)).toBe("INPUT");
  });
});

describe("the record of a run", () => {
  it("is rejected after any edit", async () => {
    using run = everyFate();
    const path = join(run.path, "run.json");
    const text = readFileSync(path, "utf8");
    const edits: [string, string][] = [
      ['"killed": true', '"killed": false'],
      ['"killed": false', '"killed": true'],
      ['"records": ', '"records": 1'],
      ['"position": ', '"position": 1'],
      ['"startedAt": 17', '"startedAt": 16'],
      ['"seed": 1', '"seed": 2'],
      ['"messages": ', '"messages": 1'],
      ['"value": 0', '"value": 9'],
    ];
    for (const [from, to] of edits) {
      expect(text.includes(from), from).toBe(true);
      writeFileSync(path, text.replace(from, to));
      expect(await caughtBy(run), `${from} → ${to}`).toBe("run-record");
    }
  });

  it("of another version, or without one, is rejected", async () => {
    using run = everyFate();
    const path = join(run.path, "run.json");
    const text = readFileSync(path, "utf8");
    for (const found of [
      text.replace("lossbound.run/3", "lossbound.run/4"),
      "",
      "{",
      "[]",
      "null",
      "7",
      text.slice(0, -9),
    ]) {
      writeFileSync(path, found);
      expect(await caughtBy(run), found.slice(0, 40)).toBe("INPUT");
    }
  });

  it("is rejected without one of its lives, even if it is signed again", async () => {
    using run = everyFate();
    const { lives } = run.run;
    for (const [index, { role, worker, life }] of lives.entries()) {
      rewriteRecord(run, (record) => (record.lives = lives.toSpliced(index, 1)));
      expect(await caughtBy(run), `${role} ${worker}.${life}`).toBe("lives-continue");
    }
  });

  it("is rejected if it says that a life was not killed, but the life's box has a cut store", async () => {
    using run = everyFate();
    const killed = boxesOf(run).find((box) => box.killed)!;
    using _torn = withBytes(killed.path, countersAt, (bytes) => bytes.writeDoubleLE(2 ** 40));
    expect(await caughtBy(run)).toBe("nothing");

    rewriteRecord(run, (record) => {
      for (const life of record.lives) life.killed = false;
    });
    expect(await caughtBy(run)).toBe("bits-against-counters");
  });
});

describe("the event file", () => {
  it("is rejected with the number of the damaged line", async () => {
    using run = everyFate();
    const path = join(run.path, "events.ndjson");
    const lines = readFileSync(path, "utf8").split("\n");
    const damages: [string, string, string][] = [
      ["fault", "{", `${path}:3: found "{", allowed is one JSON object a line`],
      ["fault", "null", `${path}:3: found "null", allowed is one JSON object a line`],
      [
        "touched",
        lines[2]!.replace('"touched":1', '"touched":-1'),
        `${path}:3: a fault's touched cannot be -1`,
      ],
      [
        "touched",
        lines[2]!.replace('"touched":1', '"touched":0.5'),
        `${path}:3: a fault's touched cannot be 0.5`,
      ],
      [
        "touched",
        lines[2]!.replace('"touched":1', '"touched":"1"'),
        `${path}:3: a fault's touched cannot be "1"`,
      ],
      [
        "inForce",
        lines[2]!.replace('"inForce":null', '"inForce":0'),
        `${path}:3: a fault's inForce cannot be 0`,
      ],
      ["kind", lines[2]!.replace('"kind"', '"kinds"'), `${path}:3: a fault's kind cannot be undefined`],
    ];
    for (const [what, line, message] of damages) {
      writeFileSync(path, lines.with(2, line).join("\n"));
      expect(await refusalOf(run), what).toBe(message);
    }
  });

  it("is rejected if a planned fault has no event, or two", async () => {
    using run = everyFate();
    const path = join(run.path, "events.ndjson");
    const lines = readFileSync(path, "utf8").split("\n");
    for (const found of [lines.toSpliced(2, 1), lines.toSpliced(2, 0, lines[3]!), []]) {
      writeFileSync(path, found.join("\n"));
      expect(await refusalOf(run)).toMatch(
        /^.*events\.ndjson: found faults \[.*allowed are \[0\.0, 1\.0, 2\.0, 3\.0\], each once$/,
      );
    }
  });

  it("is rejected if it is missing", async () => {
    using run = everyFate();
    rmSync(join(run.path, "events.ndjson"));

    expect(await refusalOf(run)).toContain("cannot read the event file");
  });

  it("decides no fate: changed times or kinds of faults change no count", async () => {
    using run = everyFate();
    const path = join(run.path, "events.ndjson");
    const before = await judgeFolder(run.path);
    const text = readFileSync(path, "utf8");
    const changes: ((text: string) => string)[] = [
      (all) => all.replaceAll(/"appliedAt":\d+/g, '"appliedAt":1600000000000'),
      (all) => all.replaceAll(/"healedAt":\d+/g, '"healedAt":null'),
      (all) => all.replaceAll('"touched":1', '"touched":999'),
      (all) => all.replaceAll('"touched":1', '"touched":0'),
      (all) => all.replaceAll("producer-link", "consumer-link"),
      (all) => all.replaceAll('"kind":"kill"', '"kind":"latency"'),
      (all) => all.replaceAll('"healed":null', '"healed":false'),
      (all) => all.split("\n").toReversed().join("\n"),
    ];
    for (const change of changes) {
      expect(change(text)).not.toBe(text);
      writeFileSync(path, change(text));
      const { messages, lostBy, violations, timeline } = await judgeFolder(run.path);
      expect({ messages, lostBy, violations, timeline }).toEqual({
        messages: before.messages,
        lostBy: before.lostBy,
        violations: before.violations,
        timeline: before.timeline,
      });
    }
  });
});

function oneOfEachKind<Box extends { kind: string }>(boxes: readonly Box[]): Box[] {
  return [...new Map(boxes.map((box) => [box.kind, box])).values()];
}

async function refusalOf(run: StoredRun): Promise<string> {
  try {
    await judgeFolder(run.path);
    return "not refused";
  } catch (error) {
    if (error instanceof LossboundError && error.code === "INPUT") return error.message;
    throw error;
  }
}
