import { expect, test } from "vitest";

import { touchedInWords } from "../../../../src/views/words/touched.js";

test.each([
  ["producer-link", "timeout", 1, "1 connection"],
  ["consumer-link to broker 2", "latency", 1_200, "1,200 connections"],
  ["producer-link", "down", 3, "3 connections and dials"],
  ["consumer 0", "kill", 1, "1 process"],
  ["producer 1", "pause", 1, "1 process"],
  ["producer 0", "oversize", 1, "1 message"],
  ["broker 2", "kill", 1, "1 partition"],
  ["group", "latest", 3, "3 partitions"],
  ["topic", "recreate", 1, "1 topic"],
  ["consumer 2", "join", 2, "2 members"],
  ["producer-link", "timeout", 0, "nothing"],
])('%s: %s that touched %d is described as "%s"', (on, kind, touched, words) => {
  expect(touchedInWords({ on, kind, touched })).toBe(words);
});
