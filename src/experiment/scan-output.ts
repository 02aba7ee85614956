import { join } from "node:path";

import { messageReader } from "../kafka/message.js";
import { createBox, openBox } from "../ledger/black-box.js";
import type { BoxDescription } from "../ledger/box-format.js";
import { EvidenceError } from "../ledger/evidence.js";
import { type OutputRecord, outputBoxName } from "../ledger/run-record.js";
import { outputTopicOf } from "../worker/order.js";
import { type ScanOrder, refuseGrowth } from "./scan.js";
import { auditorOf } from "./topic.js";

/**
 * The auditor reads what the handlers' effects are: the records of committed transactions in the output
 * topic. It reads up to the end of each log, and so waits for transactions that a dead consumer left
 * open to be over.
 */
export async function scanOutput(order: ScanOrder): Promise<OutputRecord[]> {
  const { plan, runId, admin, connection, driver, signal } = order;
  const { layout } = plan;
  const topic = outputTopicOf(order.topic);
  const ends = await admin.logEnds(topic);
  const partitions: OutputRecord[] = ends.map(({ partition, start, end }) => ({
    partition,
    start,
    end,
    records: 0,
  }));
  const byNumber = new Map(partitions.map((record) => [record.partition, record]));

  const description: BoxDescription & { kind: "output" } = {
    format: 1,
    kind: "output",
    runId,
    worker: 0,
    life: 0,
    bits: layout.words * 32,
    firstNumber: 0,
    ticks: 0,
    requests: 0,
  };
  const path = join(order.boxes, outputBoxName);
  createBox(path, description);
  using box = openBox(path, description, "write");
  const { output, outputAgain } = box.planes;
  const read = messageReader(runId);
  const identity = { producer: 0, number: 0, sentAt: 0 };
  await driver.readLog(connection, {
    topic,
    groupId: auditorOf(topic),
    ends: new Map(
      partitions.filter(({ start, end }) => end > start).map(({ partition, end }) => [partition, end]),
    ),
    onRecord: (partition, offset, value) => {
      if (!read(value, identity) || identity.number >= (layout.messages[identity.producer] ?? 0)) {
        throw new EvidenceError(
          "output-against-handlers",
          `the record at offset ${offset} of partition ${partition} of ${topic} is of no message of this run`,
        );
      }
      byNumber.get(partition)!.records++;
      box.add("records", 1);
      const index = layout.bases[identity.producer]! + identity.number;
      if (!output.mark(index)) outputAgain.mark(index);
    },
    stallLimitMs: 30_000,
    signal,
  });
  await refuseGrowth({ admin, topic }, ends);
  return partitions;
}
