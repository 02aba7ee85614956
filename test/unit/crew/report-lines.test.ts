import { expect, test } from "vitest";

import { readConsumerLine, readProducerLine } from "../../../src/crew/report-lines.js";

const read = (line: unknown) =>
  readProducerLine(typeof line === "string" ? line : JSON.stringify(line), "3", 100);

test("readProducerLine reads the lines of Kafka's VerifiableProducer", () => {
  expect(read('{"timestamp":1763955600000,"name":"startup_complete"}')).toEqual({ name: "startup_complete" });
  expect(
    read(
      '{"timestamp":1763955600123,"name":"producer_send_success","key":null,"value":"3.17","topic":"t","partition":1,"offset":-1}',
    ),
  ).toEqual({ name: "producer_send_success", number: 17 });
  expect(
    read(
      '{"timestamp":1,"name":"producer_send_error","key":null,"value":"3.0","exception":"class E","message":"late","topic":"t"}',
    ),
  ).toEqual({ name: "producer_send_error", number: 0 });
  for (const name of ["shutdown_complete", "tool_data", "records_consumed", "something_new"])
    expect(read({ name, value: 5 })).toEqual({ name: "other" });
});

test.each([
  ["", /^expected one JSON object per line .*, got an empty line$/],
  ["[main] INFO starting", /^expected one JSON object per line .*, got \[main\] INFO starting$/],
  ['{"name":"producer_send_success","value":"3.1"', /expected one JSON object/],
  ["[]", /expected one JSON object/],
  ["null", /expected one JSON object/],
  ["{}", /expected a "name" that is a string, got /],
  ['{"name":7}', /expected a "name" that is a string, got /],
  [{ name: "producer_send_success" }, /to be "3\.NUMBER" with a number from 0 to 99, got none$/],
  [{ name: "producer_send_success", value: 3.1 }, /got 3\.1$/],
  [{ name: "producer_send_success", value: "4.1" }, /got "4\.1"$/],
  [{ name: "producer_send_success", value: "1" }, /got "1"$/],
  [{ name: "producer_send_success", value: "3.100" }, /got "3\.100"$/],
  [{ name: "producer_send_success", value: "3.01" }, /got "3\.01"$/],
  [
    { name: "producer_send_error", value: "3.-1" },
    /expected the value of producer_send_error .*, got "3\.-1"$/,
  ],
  [{ name: "producer_send_error", value: "3." }, /got "3\."$/],
])("readProducerLine rejects %j", (line, problem) => {
  expect(() => read(line)).toThrow(problem);
});

test("an error quotes only the start of a long line", () => {
  expect(() => read("x".repeat(100_000))).toThrow(/, got x{120}…$/);
});

const heard = (line: unknown) =>
  readConsumerLine(typeof line === "string" ? line : JSON.stringify(line), "mine");

test("readConsumerLine reads the lines of Kafka's VerifiableConsumer, without entries for other topics", () => {
  const both = (more: object) => [
    { topic: "mine", partition: 1, ...more },
    { topic: "other", partition: 2, ...more },
  ];
  expect(heard({ name: "startup_complete" })).toEqual({ name: "startup_complete" });
  for (const name of ["partitions_assigned", "partitions_revoked"])
    expect(heard({ name, partitions: both({}) })).toEqual({ name, partitions: [1] });
  const record = { name: "record_data", key: null, value: "0.7", topic: "mine", partition: 1, offset: 9 };
  expect(heard(record)).toEqual({ name: "record_data", value: "0.7", partition: 1, offset: 9 });
  expect(heard({ ...record, topic: "other" })).toEqual({ name: "other" });
  expect(heard({ name: "records_consumed", count: 5, partitions: [] })).toEqual({
    name: "records_consumed",
    count: 5,
  });
  const committed = { name: "offsets_committed", offsets: both({ offset: 12 }) };
  for (const success of [true, false])
    expect(heard({ ...committed, success, error: "late" })).toEqual({
      name: "offsets_committed",
      success,
      offsets: [{ partition: 1, offset: 12 }],
    });
  expect(heard({ name: "shutdown_complete" })).toEqual({ name: "other" });
});

test.each([
  ["Exception", /expected one JSON object per line/],
  [{ name: "partitions_assigned" }, /expected "partitions" in partitions_assigned to be a list/],
  [
    { name: "partitions_revoked", partitions: [{ topic: "mine" }] },
    /expected "partition" in partitions_revoked to be a non-negative integer/,
  ],
  [
    { name: "record_data", topic: "mine", partition: 0, offset: 1, value: null },
    /expected "value" in record_data to be a string/,
  ],
  [
    { name: "record_data", topic: "mine", partition: 0, offset: "1", value: "0.1" },
    /expected "offset" in record_data to be a non-negative integer/,
  ],
  [
    { name: "record_data", topic: "mine", partition: -1, offset: 1, value: "0.1" },
    /expected "partition" in record_data to be a non-negative integer/,
  ],
  [{ name: "records_consumed" }, /expected "count" in records_consumed/],
  [{ name: "offsets_committed", offsets: [] }, /expected "success" in offsets_committed to be true or false/],
  [{ name: "offsets_committed", success: true }, /expected "offsets" in offsets_committed to be a list/],
])("readConsumerLine rejects %j", (line, problem) => {
  expect(() => heard(line)).toThrow(problem);
});
