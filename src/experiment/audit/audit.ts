import type { AdminClient, Connection, Driver } from "../../kafka/driver.js";
import { EvidenceError } from "../../ledger/record/evidence-error.js";
import type { Plan } from "../../plan/plan.js";
import { auditorOf } from "../topic.js";

export interface AuditOrder {
  plan: Plan;
  runId: string;
  topic: string;
  groupId: string;
  /** The folder of the black boxes. */
  boxes: string;
  driver: Driver;
  /** Connects directly to the brokers: the auditor never uses a proxy. */
  connection: Connection;
  admin: AdminClient;
  signal: AbortSignal;
}

/** A partition, and the number of its records that the auditor received. */
export interface AuditedPartition {
  partition: number;
  start: number;
  end: number;
  records: number;
}

const stallLimitMs = 30_000;

/**
 * Reads every partition of a topic from its first offset to its last, in a separate group that
 * commits nothing.
 *
 * @throws EvidenceError if the topic changes meanwhile; any error of `onRecord`.
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
  await checkUnchanged({ admin, topic }, logs);
  return audited;
}

/**
 * Checks that the log did not grow: a record that was appended after the scan would count as lost.
 */
async function checkUnchanged(
  { admin, topic }: Pick<AuditOrder, "admin" | "topic">,
  scanned: readonly { partition: number; start: number; end: number }[],
): Promise<void> {
  const now = await admin.logEnds(topic);
  for (const { partition, start, end } of scanned) {
    const then = now.find((one) => one.partition === partition);
    if (then?.end !== end || then.start !== start) {
      throw new EvidenceError(
        "log-against-offsets",
        `partition ${partition} of topic "${topic}" ran from offset ${start} to ${end} before the scan, but from ${then?.start} to ${then?.end} after it`,
      );
    }
  }
}
