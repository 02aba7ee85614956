import { writeFileSync } from "node:fs";

import { expect, it } from "vitest";

import { openEvents } from "../../../../src/ledger/record/events.js";
import { readLifeTimes, timesOf } from "../../../../src/ledger/record/life-times.js";
import { aFolder } from "../../../support/a-folder.js";

const life = { role: "consumer", worker: 1, life: 2 } as const;

it("a life has the times at which its beginning and its end were written down", () => {
  using folder = aFolder({});
  const path = folder.file("events.ndjson");
  const before = Date.now();
  const write = openEvents(path, "supervisor");
  write({ event: "life-started", ...life, pid: 1 });
  write({ event: "phase", phase: "sending" });
  write({ event: "life-ended", ...life, how: "SIGKILL" });
  const { startedAt, endedAt } = timesOf(readLifeTimes(path), life);

  expect(startedAt).toBeGreaterThanOrEqual(before);
  expect(endedAt).toBeGreaterThanOrEqual(startedAt!);
});

it("a life of which nothing is told has none", () => {
  using folder = aFolder({ "events.ndjson": '{"at":5,"event":"phase"}\n' });

  expect(timesOf(readLifeTimes(folder.file("events.ndjson")), life)).toEqual({
    startedAt: null,
    endedAt: null,
  });
});

it.each([
  ["at", { at: "noon" }],
  ["role", { role: "broker" }],
  ["worker", { worker: -1 }],
  ["life", { life: 0.5 }],
])("a life whose %s is none is refused with its line", (_, wrong) => {
  using folder = aFolder({});
  const path = folder.file("events.ndjson");
  writeFileSync(path, `{}\n${JSON.stringify({ at: 5, event: "life-ended", ...life, ...wrong })}\n`);

  expect(() => readLifeTimes(path)).toThrow(`${path}:2: no life of a worker begins or ends so`);
});
