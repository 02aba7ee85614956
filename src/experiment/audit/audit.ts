import type { AdminClient, Connection, Driver } from "../../kafka/driver.js";
import { EvidenceError } from "../../ledger/record/evidence-error.js";
import type { Plan } from "../../plan/plan.js";
import { auditorOf } from "../topic.js";

export interface AuditOrder {
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

/** One partition, and how many records of it the auditor was handed. */
export interface AuditedPartition {
  partition: number;
  start: number;
  end: number;
  records: number;
}

const stallLimitMs = 30_000;

/**
 * The auditor reads every partition of a topic from its first offset to its last, in a group of his own
 * that commits nothing.
 *
 * @throws EvidenceError where the topic changes meanwhile; whatever `onRecord` throws.
 */
export async function auditTopic(
  { admin, driver, connection, signal }: AuditOrder,
  topic: string,
  onRecord: (from: AuditedPartition, offset: number, value: Buffer | null) => void,
): Promise<AuditedPartition[]> {
  const logs = await admin.logEnds(topic);
  const audited = logs.map(({ partition, start, end }) => ({ partition, start, end, records: 0 }));
  const byNumber = new Map(audited.map((one) => [one.partition, one]));
  const filled = logs.filter(({ start, end }) => end > start);
  await driver.readLog(connection, {
    topic,
    groupId: auditorOf(topic),
    ends: new Map(filled.map(({ partition, end }) => [partition, end])),
    onRecord: (partition, offset, value) => {
      const from = byNumber.get(partition)!;
      from.records++;
      onRecord(from, offset, value);
    },
    stallLimitMs,
    signal,
  });
  await refuseGrowth({ admin, topic }, logs);
  return audited;
}

/** A record that was appended behind the scan would be taken for lost while it lies in the log. */
async function refuseGrowth(
  { admin, topic }: Pick<AuditOrder, "admin" | "topic">,
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
