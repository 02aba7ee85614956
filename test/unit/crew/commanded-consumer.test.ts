import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { afterEach, beforeEach, expect, test } from "vitest";

import { type BlackBox, createBox, openBox } from "../../../src/ledger/box/black-box.js";
import { layOut } from "../../../src/plan/layout.js";
import { CommandedConsumer } from "../../../src/crew/commanded-consumer.js";

// Two lives of a command, with 40 messages each. The bits of the second begin at 64.
const layout = layOut(80, 2);

let folder: string;
let box: BlackBox<"consumer">;
let consumer: CommandedConsumer;
let ready: number;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "lossbound-commanded-"));
  const path = join(folder, "life.box");
  const description = {
    format: 2,
    kind: "consumer",
    runId: "0".repeat(32),
    worker: 0,
    life: 0,
    bits: layout.words * 32,
    firstNumber: 0,
    ticks: 0,
    requests: 0,
    sends: 0,
  } as const;
  createBox(path, description);
  box = openBox(path, description, "write");
  ready = 0;
  consumer = new CommandedConsumer(box, { topic: "t", layout }, () => ready++);
});

afterEach(() => {
  box[Symbol.dispose]();
  rmSync(folder, { recursive: true });
});

const say = (name: string, more: object = {}) =>
  consumer.take(JSON.stringify({ timestamp: 1, name, ...more }));
const got = (value: string, offset: number, partition = 0) =>
  say("record_data", { key: null, value, topic: "t", partition, offset });
const committed = (offset: number, success = true, partition = 0) =>
  say("offsets_committed", { success, offsets: [{ topic: "t", partition, offset }] });
const assigned = (name: "partitions_assigned" | "partitions_revoked", ...partitions: number[]) =>
  say(name, { partitions: partitions.map((partition) => ({ topic: "t", partition })) });
const bitsOf = (plane: keyof BlackBox<"consumer">["planes"]) =>
  Array.from({ length: layout.words * 32 }, (_, index) => index).filter((index) =>
    box.planes[plane].has(index),
  );

test("a reported record counts as received and processed, and as begun without a commit", () => {
  say("startup_complete");
  got("0.3", 0);
  got("1.0", 1);
  expect(ready).toBe(1);
  for (const plane of ["fetched", "began", "ended", "beganUncovered"] as const)
    expect(bitsOf(plane)).toEqual([3, 64]);
  for (const plane of ["tried", "covered", "beganAgain", "endedAgain"] as const)
    expect(bitsOf(plane)).toEqual([]);
  expect(box.get("processingUntil")).toBeGreaterThan(0);
});

test("a record that is reported twice counts as processed twice", () => {
  got("0.3", 0);
  got("0.3", 0);
  expect([bitsOf("beganAgain"), bitsOf("endedAgain")]).toEqual([[3], [3]]);
});

test("a commit covers the reported records below it, in its own partition only", () => {
  got("0.0", 0);
  got("0.1", 0, 1);
  got("0.2", 1);
  got("0.3", 2);
  committed(2);
  expect([bitsOf("tried"), bitsOf("covered")]).toEqual([
    [0, 2],
    [0, 2],
  ]);
  committed(3, false);
  expect([bitsOf("tried"), bitsOf("covered")]).toEqual([
    [0, 2, 3],
    [0, 2],
  ]);
  expect([box.get("commitsAcknowledged"), box.get("commitsFailed")]).toEqual([1, 1]);
});

test("a commit does not cover records from before the partition was revoked", () => {
  assigned("partitions_assigned", 0, 1);
  expect([box.get("assigned"), box.get("joins")]).toEqual([2, 1]);
  got("0.0", 0);
  assigned("partitions_revoked", 0);
  assigned("partitions_assigned", 0);
  expect([box.get("assigned"), box.get("joins")]).toEqual([2, 2]);
  committed(5);
  expect(bitsOf("covered")).toEqual([]);
});

test.each(["2.0", "0.40", "hello", ""])(
  "CommandedConsumer rejects the record %j, which is not of this run",
  (value) => {
    expect(() => got(value, 7, 1)).toThrow(
      `the record at offset 7 of partition 1, ${JSON.stringify(value)}, does not belong to this run`,
    );
  },
);

test("CommandedConsumer asks for --verbose, when a command counts records without printing them", () => {
  say("records_consumed", { count: 0 });
  expect(() => say("records_consumed", { count: 12 })).toThrow(/got none for 12 records; .* --verbose/);
  got("0.0", 0);
  say("records_consumed", { count: 12 });
});
