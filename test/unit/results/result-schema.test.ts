import { describe, expect, it } from "vitest";

import { judgeFolder } from "../../../src/library/judge.js";
import { toJson } from "../../../src/results/json.js";
import type { Result } from "../../../src/results/result.js";
import type { Verdict } from "../../../src/verdict/judge.js";
import { type RunTold, aRun } from "../../support/a-run.js";
import { times } from "../../support/stories.js";
import { againstSchema } from "../../support/result-schema.js";
import { aResult } from "../../support/a-result.js";

const atMost = (value: number) => ({ min: undefined, max: { kind: "count" as const, value } });
const lossy: RunTold["producers"] = [
  [
    ...times(30, "processed"),
    ...times(3, "rejected"),
    ...times(4, "in-transit"),
    ...times(2, "in-processing"),
    ...times(5, "refused"),
    ...times(1, "processed"),
  ],
];

/** One stored run a verdict, and those with something in every list that may be empty. */
const runs: [Verdict, RunTold][] = [
  ["held", { producers: [times(40, "processed")], expect: { lost: atMost(0) } }],
  ["held", { producers: lossy, expect: { lost: atMost(14), lostBy: { refused: atMost(5) } } }],
  ["broken", { producers: lossy, expect: { lost: atMost(13) } }],
  ["inconclusive", { producers: [[...times(30, "processed"), "unread", "log"]] }],
  ["inconclusive", { producers: lossy, fault: { touched: 0, appliedAt: null, healedAt: null } }],
];

describe("the published schema of a result", () => {
  it.each(runs)("describes a run that is %s", async (verdict, told) => {
    const result = asWritten(await judged(told));

    expect(result.verdict).toBe(verdict);
    expect(againstSchema(result)).toEqual([]);
  });

  it("describes a run that is a step of a sweep, whose brokers cut their logs", () => {
    const result = aResult({
      step: { sweep: "black-hole", of: "rate", value: 2_000, repeat: 1 },
      truncations: [{ broker: 1, partition: 0, offset: 17, at: -3 }],
    });

    expect(againstSchema(asWritten(result))).toEqual([]);
  });

  it("knows every key by its name: another one, or one that is missing, is a mistake", async () => {
    const result = asWritten(await judged({ producers: lossy }));
    const places = [...mapsIn(result)];
    const keys = places.flatMap(({ map, path }) => Object.keys(map).map((key) => ({ map, key, path })));

    expect(keys.length).toBeGreaterThan(100);
    for (const { map, key, path } of keys) {
      const { [key]: value, ...others } = { ...map };
      replace(map, { ...others, [`${key}x`]: value });
      expect(againstSchema(result), `${path}/${key} by another name`).not.toEqual([]);
      replace(map, others);
      expect(againstSchema(result), `${path} without ${key}`).not.toEqual([]);
      replace(map, { ...others, [key]: value });
    }
    expect(againstSchema(result)).toEqual([]);
  });

  it("wants whole numbers where messages are counted, and words from its lists", () => {
    const { messages } = aResult();
    const wrong: object[] = [
      { messages: { ...messages, lost: 1.5 } },
      { messages: { ...messages, lost: -1 } },
      { messages: { ...messages, lost: "1" } },
      { verdict: "unknown" },
      { verdict: null },
      { schema: "lossbound.result/2" },
      { guarantee: "exactly-once" },
      { runId: "" },
      { startedAt: "yesterday" },
    ];

    expect(wrong.filter((change) => againstSchema({ ...aResult(), ...change }).length === 0)).toEqual([]);
  });
});

async function judged(told: RunTold): Promise<Result> {
  using run = aRun(told);
  return await judgeFolder(run.path);
}

/** As a reader of result.json has it. */
function asWritten(result: Result): Result {
  return JSON.parse(toJson(result)) as Result;
}

type Map = Record<string, unknown>;

function* mapsIn(value: unknown, path = ""): Iterable<{ map: Map; path: string }> {
  if (typeof value !== "object" || value === null) return;
  if (!Array.isArray(value)) yield { map: value as Map, path };
  for (const [key, member] of Object.entries(value)) yield* mapsIn(member, `${path}/${key}`);
}

function replace(map: Map, by: Map): void {
  for (const key of Object.keys(map)) delete map[key];
  Object.assign(map, by);
}
