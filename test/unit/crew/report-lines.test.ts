import { expect, test } from "vitest";

import { readConsumerLine, readProducerLine } from "../../../src/crew/report-lines.js";

const read = (line: unknown) =>
  readProducerLine(typeof line === "string" ? line : JSON.stringify(line), "3", 100);

test("the lines of Kafka's own VerifiableProducer are read", () => {
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
  ["", /found , allowed is one JSON object a line/],
  ["[main] INFO starting", /found \[main\] INFO starting, allowed is one JSON object/],
  ['{"name":"producer_send_success","value":"3.1"', /allowed is one JSON object/],
  ["[]", /allowed is one JSON object/],
  ["null", /allowed is one JSON object/],
  ["{}", /allowed is a "name" that is a text/],
  ['{"name":7}', /allowed is a "name" that is a text/],
  [{ name: "producer_send_success" }, /value nothing, allowed is "3\.NUMBER" with a number from 0 to 99/],
  [{ name: "producer_send_success", value: 3.1 }, /value 3\.1, allowed/],
  [{ name: "producer_send_success", value: "4.1" }, /value "4\.1", allowed/],
  [{ name: "producer_send_success", value: "1" }, /value "1", allowed/],
  [{ name: "producer_send_success", value: "3.100" }, /value "3\.100", allowed/],
  [{ name: "producer_send_success", value: "3.01" }, /value "3\.01", allowed/],
  [{ name: "producer_send_error", value: "3.-1" }, /a producer_send_error of the value "3\.-1"/],
  [{ name: "producer_send_error", value: "3." }, /value "3\."/],
])("%j is none of them", (line, problem) => {
  expect(() => read(line)).toThrow(problem);
});

test("what is shown of a long line is short", () => {
  expect(() => read("x".repeat(100_000))).toThrow(/^found x{120}…, allowed/);
});

const heard = (line: unknown) =>
  readConsumerLine(typeof line === "string" ? line : JSON.stringify(line), "mine");

test("the lines of Kafka's own VerifiableConsumer are read, and what is of other topics is left out", () => {
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
  ["Exception", /allowed is one JSON object a line/],
  [{ name: "partitions_assigned" }, /partitions_assigned without a list of partitions/],
  [
    { name: "partitions_revoked", partitions: [{ topic: "mine" }] },
    /without a partition that is a whole number/,
  ],
  [
    { name: "record_data", topic: "mine", partition: 0, offset: 1, value: null },
    /record_data without a value/,
  ],
  [
    { name: "record_data", topic: "mine", partition: 0, offset: "1", value: "0.1" },
    /without a offset that is/,
  ],
  [
    { name: "record_data", topic: "mine", partition: -1, offset: 1, value: "0.1" },
    /without a partition that is/,
  ],
  [{ name: "records_consumed" }, /without a count/],
  [{ name: "offsets_committed", offsets: [] }, /without success/],
  [{ name: "offsets_committed", success: true }, /without a list of offsets/],
])("%j is no line of a consumer", (line, problem) => {
  expect(() => heard(line)).toThrow(problem);
});
