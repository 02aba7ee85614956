/**
 * The whole benchmark, from the first message's time to the fates: `npm run bench`, five to six
 * minutes. `--quick` measures little, to see that it works; names (`first-message`, `explain`, `producer`,
 * `consumer`, `fates`) choose parts.
 */
import { randomBytes } from "node:crypto";
import { parseArgs } from "node:util";

import type { OwnedFolder } from "../src/processes/owned-folder.js";
import { type LocalEnvironment, openLocal } from "../src/environment/local/local.js";
import { dialDirectly } from "../src/kafka/dial/dial.js";
import { kafkajsDriver } from "../src/kafka/kafkajs/driver.js";
import { inChild, type Place } from "./child.js";
import type { ConsumerBench, ConsumerCosts } from "./consumer.js";
import { timesToExplain } from "./explain.js";
import type { FatesBench, FatesCost } from "./fates.js";
import type { FillOrder } from "./fill.js";
import { timesToFirstMessage } from "./first-message.js";
import { producerPerformance } from "./producer-performance.js";
import type { ProducerBench, ProducerCosts } from "./producer.js";
import * as report from "./report.js";
import { medianOf } from "./statistics.js";

const parts = ["first-message", "explain", "producer", "consumer", "fates"] as const;

const { values, positionals } = parseArgs({
  options: { quick: { type: "boolean", default: false } },
  allowPositionals: true,
});
for (const name of positionals) {
  if (!parts.some((part) => part === name)) throw new Error(`${name} is none of ${parts.join(", ")}`);
}
const chosen = new Set<string>(positionals.length === 0 ? parts : positionals);
const amounts = values.quick
  ? { runs: 1, slices: 10, readings: 6, rounds: 3, toolRuns: 1 }
  : { runs: 7, slices: 100, readings: 25, rounds: 15, toolRuns: 3 };

/** Bytes of the broker's data at most: memory where it fits there. */
const dataBytes = 3 * 2 ** 30;
const size = 100;
const runId = randomBytes(16).toString("hex");

// First, while nothing else runs.
if (chosen.has("first-message")) await benchFirstMessage();

if (chosen.has("explain")) await benchExplain();
if (["producer", "consumer", "fates"].some((part) => chosen.has(part))) await benchOnBroker();

async function benchOnBroker(): Promise<void> {
  await using environment = await openLocal({ brokers: { count: 1 }, dataBytes, progress: report.say });
  await using folder: OwnedFolder = await environment.folder("bench", 512 * 2 ** 20);
  report.machine(environment);
  if (chosen.has("producer")) await benchProducer(environment, folder.path);
  if (chosen.has("consumer")) await benchConsumer(environment, folder.path);
  if (chosen.has("fates")) await benchFates(environment, folder.path);
}

async function benchFirstMessage(): Promise<void> {
  report.say(`first message: ${amounts.runs} runs`);
  const times = await timesToFirstMessage(amounts.runs);
  const median = medianOf(times);
  report.heading(`From the command to the first message sent, cache warm, ${times.length} runs`);
  report.table([
    ["", "median", "least", "most", "goal"],
    [
      "lossbound run",
      ...[median, Math.min(...times), Math.max(...times)].map((ms) => `${(ms / 1000).toFixed(2)} s`),
      `< 5 s: ${report.verdict(median < 5_000)}`,
    ],
  ]);
}

async function benchExplain(): Promise<void> {
  report.say(`explain: ${amounts.runs} times each`);
  const { message, lost } = await timesToExplain(amounts.runs);
  report.heading(`From the command to the life of a message, of a run of a million, ${amounts.runs} times`);
  const row = (name: string, times: readonly number[]) => [
    name,
    ...[medianOf(times), Math.min(...times), Math.max(...times)].map((ms) => `${(ms / 1000).toFixed(2)} s`),
    `< 1 s: ${report.verdict(medianOf(times) < 1_000)}`,
  ];
  report.table([
    ["", "median", "least", "most", "goal"],
    row("lossbound explain DIR MESSAGE", message),
    row("lossbound explain DIR --lost", lost),
  ]);
}

async function benchProducer(environment: LocalEnvironment, folder: string): Promise<void> {
  const goal = 0.97;
  const rows = [
    [
      "batches of",
      "bare",
      "with black box",
      "of the bare rate",
      "goal",
      "CPU bare",
      "CPU ours",
      "by CPU time",
    ],
  ];
  for (const batch of [100, 1_000]) {
    report.say(`producer, batches of ${batch}`);
    const topic = `bench-producer-${batch}`;
    await makeTopic(environment, topic);
    const order: ProducerBench = {
      ...placeOf(environment, folder),
      topic,
      runId,
      batch,
      size,
      pairs: amounts.slices,
      sliceMs: 200,
    };
    const { bare, ours, waitingMax } = await inChild<ProducerCosts>(environment, folder, "producer", order);
    const ratio = report.rateRatio(bare, ours);
    rows.push([
      report.thousands(batch),
      report.rateOf(bare),
      report.rateOf(ours),
      report.percent(ratio),
      `≥ 97 %: ${report.verdict(ratio.median >= goal)}`,
      report.cpuOf(bare),
      report.cpuOf(ours),
      report.percent(report.cpuRatio(bare, ours)),
    ]);
    report.say(`  at most ${report.thousands(waitingMax)} bytes waited in the process at the end of a slice`);
  }
  report.say("Kafka's own ProducerPerformance");
  const topic = "bench-producer-tool";
  await makeTopic(environment, topic);
  const rates: number[] = [];
  for (let run = 0; run < amounts.toolRuns; run++) {
    rates.push(await producerPerformance(environment, folder, { topic, messages: 2_000_000, size }));
  }
  rows.push(["Kafka's own", `${report.thousands(medianOf(rates))}/s`]);
  report.heading(`Producer: ${size}-byte messages, acks=0, ${amounts.slices} pairs of slices of 200 ms`);
  report.table(rows);
}

async function benchConsumer(environment: LocalEnvironment, folder: string): Promise<void> {
  const messages = 300_000;
  const topic = "bench-consumer";
  report.say("consumer: filling the topic");
  await makeTopic(environment, topic);
  const fill: FillOrder = { ...placeOf(environment, folder), topic, runId, messages, size };
  await inChild(environment, folder, "fill", fill);
  const rows = [
    ["one commit", "CPU bare", "CPU ours", "by CPU time", "goal", "bare", "worker", "of the bare rate"],
  ];
  for (const [name, commitEvery, goal] of [
    ["every 100", 100, 0.95],
    ["a fetch", 1_000_000, 0.9],
  ] as const) {
    report.say(`consumer, one commit ${name}`);
    const order: ConsumerBench = {
      ...placeOf(environment, folder),
      topic,
      runId,
      messages,
      commitEvery,
      pairs: amounts.readings,
    };
    const { bare, ours } = await inChild<ConsumerCosts>(environment, folder, "consumer", order);
    const ratio = report.cpuRatio(bare, ours);
    rows.push([
      name,
      report.cpuOf(bare),
      report.cpuOf(ours),
      report.percent(ratio),
      `≥ ${goal * 100} %: ${report.verdict(ratio.median >= goal)}`,
      report.rateOf(bare),
      report.rateOf(ours),
      report.percent(report.rateRatio(bare, ours)),
    ]);
  }
  report.heading(
    `Consumer: ${report.thousands(messages)} messages of ${size} bytes a reading, ${amounts.readings} pairs of readings`,
  );
  report.table(rows);
}

async function benchFates(environment: LocalEnvironment, folder: string): Promise<void> {
  const messages = 100_000_000;
  const rows = [
    ["evidence", "median", "least", "most", "goal", "fates found", "planes", "process", "added by the tally"],
  ];
  for (const evidence of ["common", "mixed"] as const) {
    report.say(`fates, ${evidence} evidence`);
    const order: FatesBench = { messages, evidence, rounds: amounts.rounds };
    const cost = await inChild<FatesCost>(environment, folder, "fates", order);
    const median = medianOf(cost.ms);
    rows.push([
      evidence,
      ...[median, Math.min(...cost.ms), Math.max(...cost.ms)].map((ms) => `${Math.round(ms)} ms`),
      `< 500 ms: ${report.verdict(median < 500)}`,
      String(cost.fates),
      ...[cost.planesBytes, cost.processBytes, cost.addedBytes].map(report.mebibytes),
    ]);
  }
  report.heading(`The fates of ${report.thousands(messages)} messages, ${amounts.rounds} rounds`);
  report.table(rows);
}

async function makeTopic(environment: LocalEnvironment, topic: string): Promise<void> {
  await using admin = kafkajsDriver.admin({
    clientId: "lossbound-bench",
    bootstrap: environment.bootstrap,
    dial: dialDirectly(undefined),
    security: undefined,
  });
  await admin.connect();
  await admin.createTopic(topic, { partitions: 1, replicationFactor: 1 });
}

function placeOf(environment: LocalEnvironment, folder: string): Place {
  return { bootstrap: environment.bootstrap, folder };
}
