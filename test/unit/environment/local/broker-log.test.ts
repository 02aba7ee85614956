import { describe, expect, test } from "vitest";

import { type LogEvent, readBrokerLine } from "../../../../src/environment/local/broker-log.js";

/** Lines that Apache Kafka 4.1.0 has printed. */
const refusal =
  "2026-11-23T16:33:57.495Z INFO kafka.server.KafkaApis [KafkaApi-3] Closing connection due to error during produce request with correlation id 17 from client id lossbound-abcd1234-producer-0-0 with ack=0";
const truncation =
  "2026-11-23T16:33:53.391Z INFO org.apache.kafka.storage.internals.log.UnifiedLog [UnifiedLog partition=lossbound-x-abcd1234-2, dir=/dev/shm/lossbound-mwthj9off25252-local/broker-2/data] Truncating to offset 40";

describe("readBrokerLine", () => {
  test("parses the client and the request of a refusal", () => {
    expect(readBrokerLine(refusal)).toEqual({
      kind: "refusal",
      clientId: "lossbound-abcd1234-producer-0-0",
      correlationId: 17,
      at: Date.UTC(2026, 10, 23, 16, 33, 57, 495),
    } satisfies LogEvent);
  });

  test("parses the partition and the offset of a truncation", () => {
    expect(readBrokerLine(truncation)).toEqual({
      kind: "truncation",
      topic: "lossbound-x-abcd1234",
      partition: 2,
      offset: 40,
      at: Date.UTC(2026, 10, 23, 16, 33, 53, 391),
    } satisfies LogEvent);
  });

  test("converts a time in another time zone", () => {
    const elsewhere = refusal.replace("16:33:57.495Z", "22:03:57.495+05:30");
    expect(readBrokerLine(elsewhere)?.at).toBe(readBrokerLine(refusal)?.at);
  });

  test.each([
    "     Topic and partition to exceptions: MadLs_dURd6Fkdwkzh2Xaw:lossbound-x-abcd1234-0 -> org.apache.kafka.common.errors.RecordTooLargeException",
    "2026-11-23T16:33:49.708Z INFO org.apache.kafka.storage.internals.log.UnifiedLog [UnifiedLog partition=lossbound-x-abcd1234-0, dir=/dev/shm/lossbound-mwthj9off25252-local/broker-1/data] Truncating to 0 has no effect as the largest offset in the log is -1",
    "2026-11-23T16:33:49.708Z INFO kafka.server.ReplicaFetcherThread [ReplicaFetcher replicaId=1, leaderId=3, fetcherId=0] Truncating partition lossbound-x-abcd1234-0 with TruncationState(offset=0, completed=true) due to local high watermark 0",
    "",
  ])("ignores %j", (line) => {
    expect(readBrokerLine(line)).toBeUndefined();
  });
});
