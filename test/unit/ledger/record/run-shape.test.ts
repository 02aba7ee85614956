import { describe, expect, it } from "vitest";

import { problemOfRun } from "../../../../src/ledger/record/run-record.js";
import { makePlan } from "../../../../src/plan/plan.js";
import { parseScenario } from "../../../../src/scenario/file/read.js";
import { aRun } from "../../../support/a-run.js";
import { times } from "../../../support/stories.js";

/** With every kind of fault, of trigger, of broker and of bound that a file can have. */
const text = `
guarantee: at-least-once
brokers: { count: 3, config: { log.retention.ms: 500 } }
topic: { partitions: 3, replicationFactor: 3, config: { min.insync.replicas: 2 } }
producers: { rate: 2000/s, messages: 20000 }
consumers: { count: 3 }
faultsDrawn: 12
faults:
  - { at: 1s, on: producer-link, toxic: latency, latency: 5ms, broker: 1, stream: both, for: 1s }
  - { after: { sent: 5 }, on: consumer-link, down: true, broker: leader }
  - { when: { handling: { message: 1, of: 2 } }, kill: consumer, worker: 1, restartAfter: 1s }
  - { when: before-commit, kill: consumer, restartAfter: 1s }
  - { when: in-commit, pause: consumer, for: 1s }
  - { when: after-commit, pause: consumer, for: 1s }
  - { when: during-rebalance, pause: consumer, for: 1s }
  - { at: 1s, stop: producer, restartAfter: 1s, times: 2, every: 2s }
  - { at: 1s, kill: broker, broker: follower, partition: 2, for: 1s }
  - { at: 1s, join: consumer, for: 1s }
  - { at: 1s, oversize: 2MB, worker: 0 }
  - { at: 1s, deleteRecords: { upTo: 5, partition: 1 } }
  - { at: 1s, retention: 500ms }
  - { at: 1s, recreateTopic: true }
  - { at: 1s, moveLeader: { partition: 0 } }
  - { at: 1s, addPartitions: 2 }
  - { at: 1s, resetOffsets: expired }
expect:
  at-least-once: { lost: 0, silentlyLost: { max: 2% }, lostBy: { log: { min: 5 } }, duplicated: { max: 9 } }
  at-most-once: { lost: { min: 1 } }
`;

using run = aRun({ producers: [times(30, "processed")] });
const record = JSON.stringify({ ...run.run, plan: makePlan(parseScenario(text, "all.yaml"), 7) });

const stored = (): unknown => JSON.parse(record);

type Path = readonly (string | number)[];

/** Each single value, by the path of keys that leads to it. */
function* leavesOf(value: unknown, path: Path = []): Iterable<Path> {
  if (typeof value !== "object" || value === null) yield path;
  else for (const [key, inner] of Object.entries(value)) yield* leavesOf(inner, [...path, key]);
}

function withAt(path: Path, value: unknown): unknown {
  const copy = stored();
  const holder = path.slice(0, -1).reduce((of, key) => (of as Record<string, unknown>)[key], copy);
  (holder as Record<string, unknown>)[path.at(-1)!] = value;
  return copy;
}

describe("the record of a run", () => {
  it("has a plan of whatever a scenario file can hold", () => {
    expect(problemOfRun(stored())).toBeUndefined();
  });

  it.each([...leavesOf(stored())].map((path) => path.join("/")))("has no object at %s", (path) => {
    expect(problemOfRun(withAt(path.split("/"), { odd: 1 }))).toContain("run.");
  });

  it("has a place for each thing that it holds, and for no other", () => {
    expect(problemOfRun({ ...(stored() as object), odd: 1 })).toContain("run");
  });
});
