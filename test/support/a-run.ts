import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

import {
  type BlackBox,
  listRequest,
  listSend,
  moveNext,
  settleSend,
} from "../../src/ledger/box/black-box.js";
import { tickMs } from "../../src/ledger/box/format.js";
import type { FaultEvent } from "../../src/ledger/record/events.js";
import { record } from "../../src/ledger/box/histogram.js";
import {
  type LifeRecord,
  type OutputRecord,
  type PartitionRecord,
  type RefusalRecord,
  type RunRecord,
  boxName,
  clientIdOf,
  followBoxName,
  outputBoxName,
  scanBoxName,
  writeRunRecord,
} from "../../src/ledger/record/run-record.js";
import { type Layout, layOut, partitionOf } from "../../src/plan/layout.js";
import { makePlan } from "../../src/plan/plan.js";
import type { Guarantee, Scenario } from "../../src/scenario/scenario.js";
import type { Fault } from "../../src/scenario/faults.js";
import { aKill, aLinkFault, aScenario } from "./a-scenario.js";
import { describedAs, runId, writeBox } from "./black-boxes.js";
import { type Story, type StoryName, stories } from "./stories.js";

/** A synthetic stored run. All of its files are written by the code that writes real ones. */
export interface StoredRun extends Disposable {
  path: string;
  boxes: string;
  run: RunRecord;
}

export interface RunTold {
  /** The stories of each producer's messages by message number; all producers have equally many. */
  producers: readonly (readonly StoryName[])[];
  /** The message number at which producer 0 was killed; its next life continued there. */
  killedAt?: number;
  expect?: Parameters<typeof aScenario>[0]["expect"];
  fault?: Partial<FaultEvent>;
  guarantee?: Guarantee;
}

const startedAt = 1_700_000_000_000;
const partitions = 3;
const broker = 1;
/** Consumer 0 was killed once; consumer 1 was not. */
const consumerLives: LifeRecord[] = [
  { role: "consumer", worker: 0, life: 0, killed: true, endedBy: "f2-0" },
  { role: "consumer", worker: 0, life: 1, killed: false, endedBy: null },
  { role: "consumer", worker: 1, life: 0, killed: false, endedBy: null },
];
const faults: Fault[] = [aLinkFault(), aKill({ role: "producer", worker: 0 }), aKill({ worker: 0 })];
/** Messages vanish from the log only because of a fault like this one. */
const deletion: Fault = {
  kind: "topic",
  action: { do: "delete-records", partition: undefined, upTo: undefined },
  trigger: { kind: "at", ms: 100 },
  times: 1,
  every: 0,
};

export function aRun({
  producers,
  killedAt = 20,
  expect = {},
  fault = {},
  guarantee = "at-most-once",
}: RunTold): StoredRun {
  const path = mkdtempSync(join(tmpdir(), "lossbound-run-"));
  const boxes = join(path, "boxes");
  mkdirSync(boxes);
  const messages = producers.reduce((sum, told) => sum + told.length, 0);
  const told = producers.map((names) => names.map((name): Story => stories[name]));
  const someVanished = told.flat().some(({ log }) => log === "vanished");
  const scenario = {
    ...aScenario({
      messages,
      producers: producers.length,
      partitions,
      faults: [...faults, ...(someVanished ? [deletion] : [])],
      // A story names a fate, but not the fault that caused it.
      expect: { unexplained: { min: undefined, max: undefined }, ...expect },
    }),
    guarantee,
  };
  const layout = layOut(messages, producers.length);

  const lives: LifeRecord[] = [...consumerLives];
  for (const [worker, ofProducer] of told.entries()) {
    for (const { life, from, to, killed } of livesOf(ofProducer, worker === 0 ? killedAt : undefined)) {
      lives.push({ role: "producer", worker, life, killed, endedBy: killed ? "f1-0" : null });
      writeProducer(boxes, { worker, life, from, to, stories: ofProducer });
    }
  }
  for (const [index, life] of consumerLives.entries()) writeConsumer(boxes, layout, told, { index, ...life });
  const log = writeScan(boxes, layout, told);
  const output = guarantee === "effectively-once" ? writeOutput(boxes, layout, told) : null;
  const run = recordOf(scenario, lives, log, output, refusalsOf(told, lives));
  if (someVanished) writeFollower(boxes, layout, told);
  run.witnesses.followed = someVanished;
  writeRunRecord(path, run);
  writeFileSync(join(path, "events.ndjson"), eventsOf(fault, someVanished));
  return { path, boxes, run, [Symbol.dispose]: () => rmSync(path, { recursive: true }) };
}

function livesOf(told: readonly Story[], killedAt: number | undefined) {
  const unsent = told.findIndex(({ send }) => send === "not");
  const sent = unsent === -1 ? told.length : unsent;
  if (killedAt === undefined) return [{ life: 0, from: 0, to: sent, killed: false }];
  return [
    { life: 0, from: 0, to: killedAt, killed: true },
    { life: 1, from: killedAt, to: sent, killed: false },
  ];
}

/** Writes the box of a producer that sends ten messages every 100 ms. */
function writeProducer(
  boxes: string,
  {
    worker,
    life,
    from,
    to,
    stories: told,
  }: { worker: number; life: number; from: number; to: number; stories: Story[] },
): void {
  const ticks = 2 + Math.ceil((to - from) / 10);
  const requests = to - from + 2;
  const sends = to - from + 2;
  const description = describedAs("producer", {
    worker,
    life,
    bits: told.length,
    firstNumber: from,
    ticks,
    requests,
    sends,
  });
  writeBox(boxes, boxName({ role: "producer", worker, life }), description, (box) => {
    const since = startedAt + from * 10;
    box.set("sendingSince", since);
    for (let number = from; number < to; number++) {
      if ((number - from) % 10 === 0) {
        box.ticks[(number - from) / 10] = number;
        box.add("ticks", 1);
      }
      const row = listSend(box, number, since + (number - from) * 10);
      moveNext(box, number + 1);
      box.set("sendingUntil", since + ((number - from) / 10) * tickMs);
      box.add("sends", 1);
      record(box.histogram, 100 + number);
      const { send, handed = true, refused } = told[number]!;
      if (handed) {
        box.planes.handed.mark(number);
        // One message per request; refused requests have their own connection.
        listRequest(box, {
          connection: refused === undefined ? 0 : 1,
          broker,
          correlationId: number,
          at: since,
          lowest: number,
          highest: number,
          ends: 100 * (number - from + 1),
          partitions: [partitionOf(number, worker, partitions)],
        });
      }
      if (send !== "accepted" && send !== "rejected") continue;
      box.planes[send].mark(number);
      settleSend(box, row, since + (number - from) * 10 + 1);
    }
    writeSockets(box);
  });
}

/** Writes the box of a consumer. Lives take turns; `alsoBy` goes to the life after that of `by`. */
function writeConsumer(
  boxes: string,
  layout: Layout,
  told: readonly (readonly Story[])[],
  life: { index: number; worker: number; life: number },
): void {
  const description = describedAs("consumer", {
    worker: life.worker,
    life: life.life,
    bits: layout.words * 32,
  });
  writeBox(boxes, boxName({ role: "consumer", ...life }), description, (box) => {
    for (const [producer, ofProducer] of told.entries()) {
      for (const [number, { by = [], alsoBy = [] }] of ofProducer.entries()) {
        const marked = [
          ...(number % consumerLives.length === life.index ? by : []),
          ...((number + 1) % consumerLives.length === life.index ? alsoBy : []),
        ];
        for (const plane of marked) box.planes[plane].mark(layout.bases[producer]! + number);
        if (marked.includes("ended")) record(box.histogram, 1000 + number);
      }
    }
    box.set("latencyMax", 1100);
    box.set("processingUntil", startedAt + 2000);
    box.set("commitsAcknowledged", 3);
    writeSockets(box);
  });
}

function writeSockets(box: BlackBox<"producer"> | BlackBox<"consumer">): void {
  for (const name of ["connectionsOpened", "connectionsClosed", "requests", "answered"] as const)
    box.set(name, 1);
  for (const name of ["bytesWritten", "bytesFlushed"] as const) box.set(name, 1000);
  box.connections.set([startedAt, startedAt + 1000, 1000, 1000, 1, 1, 0, broker, startedAt - 1]);
}

/** Writes the scan. Each partition has vanished, then committed, then uncommitted messages. */
function writeScan(boxes: string, layout: Layout, told: readonly (readonly Story[])[]): PartitionRecord[] {
  const log = Array.from({ length: partitions }, (_, partition) => ({
    partition,
    start: 0,
    end: 0,
    records: 0,
    position: 0,
  }));
  writeBox(boxes, scanBoxName, describedAs("scan", { bits: layout.words * 32 }), (box) => {
    for (const [producer, ofProducer] of told.entries()) {
      for (const [number, story] of ofProducer.entries()) {
        const entry = log[partitionOf(number, producer, partitions)]!;
        if (story.log === "never") continue;
        if (story.log === "vanished") {
          entry.start++;
          entry.end++;
          entry.position++;
          continue;
        }
        const index = layout.bases[producer]! + number;
        for (let copy = 0; copy <= (story.extraCopies ?? 0); copy++) {
          entry.end++;
          entry.records++;
          box.add("records", 1);
          if (!box.planes.stored.mark(index)) box.planes.storedAgain.mark(index);
          if (story.log === "uncommitted") box.planes.uncommitted.mark(index);
          else entry.position++;
        }
      }
    }
  });
  return log;
}

/** Writes the box of the follower, which saw all messages in the log and those that vanished. */
function writeFollower(boxes: string, layout: Layout, told: readonly (readonly Story[])[]): void {
  writeBox(boxes, followBoxName, describedAs("follow", { bits: layout.words * 32 }), (box) => {
    for (const [producer, ofProducer] of told.entries()) {
      for (const [number, { log }] of ofProducer.entries()) {
        if (log !== "never") box.planes.seen.mark(layout.bases[producer]! + number);
      }
    }
  });
}

/** Writes the output of the stories; each partition also has two control records. */
function writeOutput(boxes: string, layout: Layout, told: readonly (readonly Story[])[]): OutputRecord[] {
  const log = Array.from({ length: partitions }, (_, partition) => ({
    partition,
    start: 0,
    end: 2,
    records: 0,
  }));
  writeBox(boxes, outputBoxName, describedAs("output", { bits: layout.words * 32 }), (box) => {
    for (const [producer, ofProducer] of told.entries()) {
      for (const [number, { output = 0 }] of ofProducer.entries()) {
        const entry = log[partitionOf(number, producer, partitions)]!;
        for (let copy = 0; copy < output; copy++) {
          entry.end++;
          entry.records++;
          box.add("records", 1);
          const index = layout.bases[producer]! + number;
          if (!box.planes.output.mark(index)) box.planes.outputAgain.mark(index);
        }
      }
    }
  });
  return log;
}

function refusalsOf(told: readonly (readonly Story[])[], lives: readonly LifeRecord[]): RefusalRecord[] {
  return told.flatMap((ofProducer, worker) =>
    ofProducer.flatMap(({ refused }, correlationId) => {
      if (refused !== "itself") return [];
      const life = lives.findLast((one) => one.role === "producer" && one.worker === worker)!;
      return [{ broker, clientId: clientIdOf(runId, life), correlationId, at: startedAt + 5_000 }];
    }),
  );
}

function recordOf(
  scenario: Scenario,
  lives: LifeRecord[],
  log: PartitionRecord[],
  output: OutputRecord[] | null,
  refusals: RefusalRecord[],
): RunRecord {
  return {
    runId,
    plan: makePlan(scenario, 1),
    startedAt,
    lives,
    log,
    output,
    witnesses: { refusals, truncations: null, followed: false },
    gaveUp: [],
    machine: { stoodStillMs: 12, waitedForCpuMs: 800, stolenMs: 0 },
    environment: {
      kind: "local",
      broker: "4.1.0",
      proxy: "2.12.0",
      client: "kafkajs 2.2.4",
      node: "v20.20.2",
    },
    repeatWith: "lossbound run synthetic.yaml --seed 1",
  };
}

function eventsOf(changes: Partial<FaultEvent>, someVanished: boolean): string {
  const fault = (index: number, on: string, kind: string): FaultEvent => ({
    event: "fault",
    fault: index,
    occurrence: 0,
    on,
    kind,
    askedAt: startedAt + 99,
    appliedAt: startedAt + 100,
    healAskedAt: startedAt + 199,
    healedAt: startedAt + 200,
    touched: 1,
    probe: null,
    inForce: null,
    healed: null,
    ...changes,
  });
  const events = [
    { event: "phase", phase: "sending" },
    fault(0, "producer-link", "timeout"),
    fault(1, "producer 0", "kill"),
    fault(2, "consumer 0", "kill"),
    ...(someVanished ? [fault(3, "topic", "delete-records")] : []),
  ];
  return events
    .map((event) => `${JSON.stringify({ at: startedAt, who: "supervisor", ...event })}\n`)
    .join("");
}
