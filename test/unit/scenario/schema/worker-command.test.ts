import { expect, test } from "vitest";

import { filledIn } from "../../../../src/scenario/schema/worker-command.js";
import { complaintsWith } from "../example.js";

const whole = ["send", "--to={brokers}", "{topic}", "{prefix}"];
const commanded = (command: unknown, more: Record<string, unknown> = {}) => ({
  producers: { rate: "2000/s", messages: 20_000, command, ...more },
});

test("a command is a program and its arguments, with what they must be told among them", () => {
  expect(complaintsWith(commanded(whole))).toEqual([]);
  expect(complaintsWith(commanded([...whole, '{"acks": 0}', "{}", "{messages}/{rate}"]))).toEqual([]);
  expect(complaintsWith(commanded([]))).toEqual([
    "producers.command: found no program, allowed a program, and then its arguments",
    expect.stringMatching(
      /^producers\.command: found no argument with \{brokers\}, allowed one with \{brokers\}: addresses/,
    ),
    expect.stringMatching(/^producers\.command: found no argument with \{topic\}/),
    expect.stringMatching(/^producers\.command: found no argument with \{prefix\}/),
  ]);
  expect(complaintsWith(commanded(["{topic}", ...whole.slice(1)]))).toEqual([
    "producers.command: found {topic} as the program, allowed a program, and then its arguments",
  ]);
});

test.each([["send {brokers}"], [5], [{ run: "send" }]])("no command is %j", (command) => {
  expect(complaintsWith(commanded(command))).toEqual([
    expect.stringMatching(/^producers\.command: .* allowed a list of at most 100 arguments$/),
  ]);
});

test("an argument names nothing else in braces", () => {
  expect(complaintsWith(commanded([...whole, "{broker}"]))).toEqual([
    expect.stringMatching(
      /^producers\.command\[4\]: .* allowed a text .* \{brokers\}, \{topic\}, \{prefix\}/,
    ),
  ]);
});

test.each([
  ["size", "200B"],
  ["retries", 0],
  ["metadataMaxAge", "1s"],
  ["requestTimeout", "1s"],
])("a command has its own %s", (key, value) => {
  expect(complaintsWith(commanded(whole, { [key]: value }))).toEqual([
    expect.stringMatching(new RegExp(`^producers\\.${key}: .* allowed no such key beside command`)),
  ]);
});

test("a command that sends is judged by what it cannot hide", () => {
  expect(complaintsWith({ guarantee: "at-least-once", ...commanded(whole) })).toEqual([]);
  expect(complaintsWith({ guarantee: "effectively-once", ...commanded(whole) })).toEqual([
    'guarantee: found "effectively-once", allowed at-most-once or at-least-once where the producers are a command: it sends no transactions',
  ]);
});

const reads = ["read", "{brokers}", "{topic}", "{group}", "--session={sessionTimeout}", "{reset}"];
const bothCommanded = (command: unknown, more: Record<string, unknown> = {}) => ({
  guarantee: "at-least-once",
  ...commanded(whole),
  consumers: { count: 2, sessionTimeout: "2s", reset: "earliest", command, ...more },
});

test("a command that reads is told other things, and wants to", () => {
  expect(complaintsWith(bothCommanded(reads))).toEqual([]);
  expect(complaintsWith(bothCommanded(["read", "{brokers}", "{topic}"]))).toEqual([
    "consumers.command: found no argument with {group}, allowed one with {group}: name of the group",
  ]);
  expect(complaintsWith(bothCommanded([...reads, "{prefix}"]))).toEqual([
    expect.stringMatching(/^consumers\.command\[6\]: .* \{brokers\}, \{topic\}, \{group\}/),
  ]);
});

test.each(["at-most-once", "effectively-once"])("a command that reads is not judged by %s", (guarantee) => {
  expect(complaintsWith({ ...bothCommanded(reads), guarantee })).toEqual([
    expect.stringMatching(/^guarantee: .* allowed at-least-once where the consumers are a command/),
  ]);
});

test("a command cannot read what lossbound's own producers send", () => {
  const { consumers } = bothCommanded(reads);
  expect(complaintsWith({ guarantee: "at-least-once", consumers })).toEqual([
    expect.stringMatching(/^consumers\.command: .* allowed one only beside producers\.command: the values/),
  ]);
});

test.each([
  ["commitEvery", 10],
  ["commitEvery", [10, 20]],
  ["handle", "1ms"],
  ["partitionsConsumedConcurrently", 1],
  ["retries", 5],
  ["metadataMaxAge", "1s"],
  ["requestTimeout", "1s"],
])("a command that reads has its own %s", (key, value) => {
  expect(complaintsWith(bothCommanded(reads, { [key]: value }))).toEqual([
    expect.stringMatching(new RegExp(`^consumers\\.${key}: .* allowed no such key beside command`)),
  ]);
});

test("what falls on a command that reads is what can be seen of it", () => {
  const faults = [
    { at: "1s", for: "1s", on: "consumer-link", toxic: "timeout" },
    { at: "3s", kill: "consumer", restartAfter: "1s" },
    { after: { processed: 900 }, pause: "consumer", for: "1s" },
    { at: "9s", stop: "consumer", restartAfter: "1s" },
  ];
  expect(complaintsWith({ ...bothCommanded(reads), faults })).toEqual([]);
  for (const [kind, fault] of [
    ["kill", { when: "before-commit", kill: "consumer", restartAfter: "1s" }],
    ["pause", { when: { handling: { message: 1, of: 2 } }, pause: "consumer", for: "1s" }],
    ["join", { at: "1s", join: "consumer", for: "1s" }],
    ["reset-offsets", { at: "1s", resetOffsets: "latest" }],
  ] as const) {
    expect(complaintsWith({ ...bothCommanded(reads), faults: [fault] })).toEqual([
      expect.stringMatching(
        new RegExp(`^faults\\[0\\]: found ${kind} with consumers\\.command, allowed no such fault`),
      ),
    ]);
  }
});

test("what falls on a command is what can be seen of it", () => {
  const faults = [
    { at: "1s", for: "1s", on: "producer-link", toxic: "timeout" },
    { at: "3s", kill: "producer", restartAfter: "1s" },
    { at: "5s", stop: "producer", restartAfter: "1s" },
    { at: "8s", pause: "producer", for: "1s" },
    { when: "before-commit", kill: "consumer", restartAfter: "1s" },
  ];
  expect(complaintsWith({ ...commanded(whole), faults })).toEqual([]);
  expect(complaintsWith({ ...commanded(whole), faults: [{ at: "1s", oversize: "2MB" }] })).toEqual([
    "faults[0]: found oversize with producers.command, allowed no such fault there: a command cannot be told to make a record larger",
  ]);
  for (const fault of [{ kill: "broker", broker: 0, for: "1s" }, { deleteRecords: "all" }]) {
    expect(complaintsWith({ ...commanded(whole), faults: [{ at: "1s", ...fault }] })).toEqual([
      expect.stringMatching(
        /^faults\[0\]: found (broker|topic) with producers\.command, .* would be known to nobody$/,
      ),
    ]);
  }
});

test("arguments are filled in where they name something, and nowhere else", () => {
  const values = {
    brokers: "a:1,b:2",
    topic: "$& {rate}",
    prefix: "0",
    messages: "5",
    rate: "1",
    acks: "0",
    kafkaClasspath: "/jars",
  };
  expect(filledIn("--to={brokers} {topic}{topic} {} {x1}", values)).toBe(
    "--to=a:1,b:2 $& {rate}$& {rate} {} {x1}",
  );
});
