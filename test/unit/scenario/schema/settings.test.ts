import { describe, expect, test } from "vitest";

import { complaintsWith, parse } from "../example.js";

const three = { count: 3 };

test("settings go to Kafka under its own names, as texts", () => {
  const config = {
    "retention.ms": 500,
    "unclean.leader.election.enable": true,
    "cleanup.policy": "delete",
    "min.cleanable.dirty.ratio": 0.5,
    "flush.ms": -1,
  };
  const texts = {
    "retention.ms": "500",
    "unclean.leader.election.enable": "true",
    "cleanup.policy": "delete",
    "min.cleanable.dirty.ratio": "0.5",
    "flush.ms": "-1",
  };
  expect(parse({ brokers: three, topic: { replicationFactor: 3, config } }).topic.config).toEqual(texts);
  expect(parse({ brokers: { count: 1, config: { "log.retention.ms": 500 } } }).brokers.config).toEqual({
    "log.retention.ms": "500",
  });
});

test.each(["Retention.ms", "retention ms", "retention=ms", "", ".ms", "1a"])("%j is no setting", (name) => {
  expect(complaintsWith({ topic: { config: { [name]: 1 } } })).toEqual([
    expect.stringMatching(
      /^topic\.config\..*, allowed a setting under Kafka's name, such as log\.retention\.ms$/,
    ),
  ]);
});

test.each([null, [1], { a: 1 }, "two\nlines", "a\\", "x".repeat(1_001)])(
  "%j is no value of a setting",
  (value) => {
    expect(complaintsWith({ topic: { config: { "a.b": value } } })).toEqual([
      expect.stringMatching(
        /^topic\.config\."a\.b": found .*, allowed a text on one line without a backslash, a number, true or false$/,
      ),
    ]);
  },
);

test("settings are a map", () => {
  expect(complaintsWith({ topic: { config: ["a.b=1"] } })).toEqual([
    "topic.config: found a list, allowed a map, each key a setting under Kafka's name, such as log.retention.ms",
  ]);
});

test.each([
  "log.dirs",
  "log.dir",
  "node.id",
  "listeners",
  "advertised.listeners",
  "process.roles",
  "controller.quorum.voters",
])("%s of a broker is lossbound's own", (name) => {
  const found = "found a setting that lossbound makes itself";
  const allowed = "allowed settings that do not say where a broker listens, stores or votes";
  const [complaint, ...others] = complaintsWith({
    brokers: { config: { [name]: "x", "log.retention.ms": 1 } },
  });
  expect(complaint).toContain(name);
  expect(complaint).toContain(`: ${found}, ${allowed}`);
  expect(others).toEqual([]);
  expect(complaintsWith({ topic: { config: { [name]: "x" } } })).toEqual([]);
});

describe("replicas that must be in sync", () => {
  const minimum = { "min.insync.replicas": 2 };

  test("are no more than there are", () => {
    const topic = { replicationFactor: 2, config: minimum };
    expect(complaintsWith({ brokers: three, topic })).toEqual([]);
    expect(complaintsWith({ brokers: three, topic: { ...topic, replicationFactor: 1 } })).toEqual([
      'topic.config."min.insync.replicas": found 2, allowed at most topic.replicationFactor, which is 1',
    ]);
  });

  test("are the brokers' where the topic says nothing", () => {
    const brokers = { ...three, config: minimum };
    expect(complaintsWith({ brokers })).toEqual([
      'brokers.config."min.insync.replicas": found 2, allowed at most topic.replicationFactor, which is 1',
    ]);
    expect(complaintsWith({ brokers, topic: { config: { "min.insync.replicas": 1 } } })).toEqual([]);
  });

  test("are left alone where their number cannot be read", () => {
    expect(complaintsWith({ topic: { config: { "min.insync.replicas": "many" } } })).toEqual([]);
  });
});

test("an unclean election has candidates", () => {
  const config = { "unclean.leader.election.enable": true };
  expect(complaintsWith({ brokers: three, topic: { replicationFactor: 2, config } })).toEqual([]);
  expect(complaintsWith({ brokers: three, topic: { config } })).toEqual([
    'topic.config."unclean.leader.election.enable": found true, allowed true only where topic.replicationFactor is above 1: a lone replica is never out of sync',
  ]);
  expect(complaintsWith({ topic: { config: { "unclean.leader.election.enable": false } } })).toEqual([]);
});
