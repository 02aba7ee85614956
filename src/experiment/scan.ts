import { join } from "node:path";

import type { AdminClient, Connection, Driver } from "../kafka/driver.js";
import { messageReader } from "../kafka/message.js";
import { createBox, openBox } from "../ledger/black-box.js";
import type { BoxDescription } from "../ledger/box-format.js";
import { EvidenceError } from "../ledger/evidence.js";
import { goesOnAt } from "../ledger/position.js";
import { type PartitionRecord, scanBoxName } from "../ledger/run-record.js";
import { partitionOf } from "../plan/layout.js";
import type { Plan } from "../plan/plan.js";
import { auditorOf } from "./topic.js";

export interface ScanOrder {
  plan: Plan;
  runId: string;
  topic: string;
  groupId: string;
  /** Folder of the black boxes. */
  boxes: string;
  driver: Driver;
  /** Straight to the brokers: the auditor never goes through a proxy. */
  connection: Connection;
  admin: AdminClient;
  signal: AbortSignal;
}

/**
 * The auditor: reads every partition from its first offset to its last, and marks in a box of its
 * own which messages are there, which of them more than once, and which have a copy at or above the place
 * where the group would go on. It joins a group of its own and commits nothing.
 */
export async function scanLog(order: ScanOrder): Promise<PartitionRecord[]> {
  const { plan, runId, topic, groupId, admin, connection, driver, signal } = order;
  const { layout, scenario } = plan;
  const ends = await admin.logEnds(topic);
  const positions = await admin.positions(groupId, topic);
  const partitions: PartitionRecord[] = ends.map(({ partition, start, end }) => ({
    partition,
    start,
    end,
    records: 0,
    position: positions.get(partition) ?? null,
  }));
  const byNumber = new Map(partitions.map((record) => [record.partition, record]));

  const description: BoxDescription & { kind: "scan" } = {
    format: 1,
    kind: "scan",
    runId,
    worker: 0,
    life: 0,
    bits: layout.words * 32,
    firstNumber: 0,
    ticks: 0,
    requests: 0,
  };
  const path = join(order.boxes, scanBoxName);
  createBox(path, description);
  using box = openBox(path, description, "write");
  const { stored, storedAgain, uncommitted } = box.planes;
  const read = messageReader(runId);
  const identity = { producer: 0, number: 0, sentAt: 0 };
  await driver.readLog(connection, {
    topic,
    groupId: auditorOf(topic),
    ends: new Map(
      partitions.filter(({ start, end }) => end > start).map(({ partition, end }) => [partition, end]),
    ),
    onRecord: (partition, offset, value) => {
      const ours = read(value, identity) && identity.number < (layout.messages[identity.producer] ?? 0);
      if (!ours || partition !== partitionOf(identity.number, identity.producer, scenario.topic.partitions)) {
        throw new EvidenceError(
          "log-against-offsets",
          `the record at offset ${offset} of partition ${partition} of ${topic} is not one that this run sent there`,
        );
      }
      const record = byNumber.get(partition)!;
      record.records++;
      box.add("records", 1);
      const index = layout.bases[identity.producer]! + identity.number;
      if (!stored.mark(index)) storedAgain.mark(index);
      if (offset >= goesOnAt(record, scenario.consumers.reset)) uncommitted.mark(index);
    },
    stallLimitMs: 30_000,
    signal,
  });
  await refuseGrowth(order, ends);
  return partitions;
}

/** A record that was appended behind the scan would be taken for lost while it lies in the log. */
export async function refuseGrowth(
  { admin, topic }: Pick<ScanOrder, "admin" | "topic">,
  scanned: readonly { partition: number; start: number; end: number }[],
): Promise<void> {
  const now = await admin.logEnds(topic);
  for (const { partition, start, end } of scanned) {
    const then = now.find((one) => one.partition === partition);
    if (then?.end !== end || then.start !== start) {
      throw new EvidenceError(
        "log-against-offsets",
        `partition ${partition} of ${topic} went from ${start} to ${end} before the scan, and from ${then?.start} to ${then?.end} after it`,
      );
    }
  }
}
