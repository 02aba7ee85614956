import { appendFileSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { afterEach, beforeEach, expect, test } from "vitest";

import type { LossboundError } from "../../../src/base/errors.js";
import { type BlackBox, createBox, openBox } from "../../../src/ledger/box/black-box.js";
import { setBit } from "../../../src/ledger/box/bits.js";
import { CommandedProducer } from "../../../src/crew/commanded-producer.js";
import { Reports } from "../../../src/crew/reports.js";

let folder: string;
let printed: string;
let box: BlackBox<"producer">;
let reports: Reports;
let producer: CommandedProducer;
let ready: number;
let contradictions: LossboundError[];

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "lossbound-commanded-"));
  printed = join(folder, "printed.txt");
  writeFileSync(printed, "");
  const path = join(folder, "life.box");
  const description = {
    format: 2,
    kind: "producer",
    runId: "0".repeat(32),
    worker: 2,
    life: 0,
    bits: 70,
    firstNumber: 0,
    ticks: 100,
    requests: 0,
    sends: 0,
  } as const;
  createBox(path, description);
  box = openBox(path, description, "write");
  ready = 0;
  contradictions = [];
  producer = new CommandedProducer(box, () => ready++);
  reports = new Reports(printed, producer, {
    name: "producer 0",
    onContradiction: (error) => contradictions.push(error),
  });
});

afterEach(() => {
  reports.end();
  box[Symbol.dispose]();
  rmSync(folder, { recursive: true });
});

const line = (name: string, number?: number) =>
  `${JSON.stringify({ timestamp: 1, name, ...(number !== undefined && { value: `2.${number}` }) })}\n`;
const print = (...lines: string[]) => appendFileSync(printed, lines.join(""));
const bitsOf = (plane: "accepted" | "rejected" | "handed") =>
  Array.from({ length: 70 }, (_, number) => number).filter((number) => box.planes[plane].has(number));
const none = new Uint32Array(10);

test("the reports of a producer command enter the black box while it runs", async () => {
  print(line("startup_complete"), line("producer_send_success", 0), line("producer_send_error", 2));
  await expect.poll(() => box.get("next")).toBe(3);
  expect(ready).toBe(1);
  expect([bitsOf("accepted"), bitsOf("rejected"), bitsOf("handed")]).toEqual([[0], [2], [0, 2]]);
  expect(box.get("sendingSince")).toBeGreaterThan(0);
  expect(box.get("sendingUntil")).toBeGreaterThanOrEqual(box.get("sendingSince"));
  expect(contradictions).toEqual([]);
});

test("Reports ignores a last line without a newline", () => {
  const whole = line("producer_send_success", 1);
  print(line("producer_send_success", 0), whole.slice(0, 20));
  reports.end();
  expect(bitsOf("accepted")).toEqual([0]);
  expect(contradictions).toEqual([]);
});

test("Reports joins a line that is written in pieces", async () => {
  const whole = line("producer_send_success", 1);
  print(line("producer_send_success", 0), whole.slice(0, 20));
  // At this point, the first piece has been read too.
  await expect.poll(() => bitsOf("accepted")).toEqual([0]);
  print(whole.slice(20));
  await expect.poll(() => bitsOf("accepted")).toEqual([0, 1]);
});

test.each([
  [
    "garbage",
    "Exception in thread main\n",
    /^output of producer 0, line 2: expected one JSON object .*, got Exception in thread main$/,
  ],
  [
    "another life's message",
    `${JSON.stringify({ name: "producer_send_success", value: "1.0" })}\n`,
    /line 2: .* "1\.0"/,
  ],
  [
    "a message that was reported before",
    line("producer_send_error", 0),
    /line 2: message 2\.0 was reported twice/,
  ],
  ["a message beyond the plan", line("producer_send_success", 70), /line 2: .* from 0 to 69/],
])("Reports ends the run and names the line, on %s", async (_, bad, problem) => {
  print(line("producer_send_success", 0), bad, line("producer_send_success", 1));
  await expect
    .poll(() => contradictions.map(({ code, message }) => [code, message]))
    .toEqual([["ENVIRONMENT", expect.stringMatching(problem)]]);
  expect(bitsOf("accepted")).toEqual([0]);
});

test("settle marks all messages up to the highest found one as sent and handed over", () => {
  print(line("producer_send_success", 0), line("producer_send_error", 3));
  reports.end();
  const [stored, fetched] = [new Uint32Array(10), new Uint32Array(10)];
  setBit(stored, 64 + 5);
  setBit(fetched, 64 + 40);
  // Messages of the neighbouring producers.
  setBit(stored, 63);
  setBit(stored, 64 + 96);
  producer.settle([none, stored, fetched], 64);
  expect(box.get("next")).toBe(41);
  expect(box.get("nextAgain")).toBe(41);
  expect(bitsOf("handed")).toEqual(Array.from({ length: 41 }, (_, number) => number));
  expect([bitsOf("accepted"), bitsOf("rejected")]).toEqual([[0], [3]]);
});

test("settle marks nothing, when no message was reported or found", () => {
  reports.end();
  producer.settle([none], 64);
  expect(box.get("next")).toBe(0);
  expect(bitsOf("handed")).toEqual([]);
});
