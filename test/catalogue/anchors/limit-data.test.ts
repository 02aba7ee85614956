import { readFileSync } from "node:fs";
import { join } from "node:path";

import { afterAll, beforeAll, describe, expect, it } from "vitest";

import { boxesName, eventsName } from "../../../src/ledger/record/run-record.js";
import { hasBit } from "../../../src/ledger/box/bits.js";
import { readBox } from "../../../src/ledger/box/read-box.js";
import { readRunRecord, scanBoxName } from "../../../src/ledger/record/run-record.js";
import { type Laboratory, openLaboratory } from "../../support/laboratory.js";
import { anchorRuns } from "./runs.js";

/**
 * The first exact anchor. `limit_data` cuts each connection after an exact number of bytes, so the
 * messages that survive can be computed from the requests alone. A message survives if the last
 * byte of its request is at or below the limit, counting all requests of the connection.
 */
const limit = 20_000;
const scenario = `
guarantee: at-most-once
topic: { partitions: 3 }
producers: { count: 1, rate: 2000/s, messages: 4000, size: 200B }
consumers: { count: 1, commitEvery: 100 }
faults:
  - { at: 0s, on: producer-link, toxic: limit_data, bytes: ${limit} }
expect:
  lost: { min: 1 }
`;

describe("a connection that is cut after a number of bytes", () => {
  let lab: Laboratory;
  beforeAll(async () => {
    lab = await openLaboratory();
  });
  afterAll(() => lab[Symbol.asyncDispose]());

  it.each(anchorRuns)(
    "loses exactly the messages whose request ends beyond the limit (run %i)",
    async (run) => {
      const name = `limit-data-${run}`;
      const result = await lab.run(name, scenario, { seed: run, traceRequests: true });
      const folder = join(lab.out, name);
      const requests = requestsOf(folder);
      const computed = survivorsOf(requests);

      expect(await storedIn(folder)).toEqual(computed);
      // The anchor is not empty: connections were cut, each carried other requests than produce
      // requests too, and every message was in some request.
      expect(result.messages.lost).toBeGreaterThan(0);
      expect(new Set(requests.map(({ connection }) => connection)).size).toBeGreaterThan(5);
      expect(requests.some(({ apiKey }) => apiKey !== 0)).toBe(true);
      expect(new Set(requests.flatMap(({ messages }) => messages)).size).toBe(result.messages.sent);
      expect(result.lostBy["in-transit"]).toBe(result.messages.lost);
    },
  );
});

interface Request {
  connection: number;
  apiKey: number;
  /** Bytes written to the connection up to the end of this request. */
  ends: number;
  messages: number[];
}

function requestsOf(folder: string): Request[] {
  return readFileSync(join(folder, eventsName), "utf8")
    .trim()
    .split("\n")
    .map((line) => JSON.parse(line) as Request & { event: string })
    .filter(({ event }) => event === "request");
}

function survivorsOf(requests: readonly Request[]): number[] {
  const whole = requests.filter(({ ends }) => ends <= limit);
  return whole.flatMap(({ messages }) => messages).toSorted((a, b) => a - b);
}

async function storedIn(folder: string): Promise<number[]> {
  const { runId, plan } = readRunRecord(folder);
  const { layout } = plan;
  const expected = {
    kind: "scan" as const,
    runId,
    worker: 0,
    life: 0,
    bits: layout.words * 32,
    killed: false,
  };
  await using box = await readBox(join(folder, boxesName, scanBoxName), expected);
  const stored = await box.plane("stored");
  return Array.from({ length: layout.planned }, (_, number) => number).filter((number) =>
    hasBit(stored, number),
  );
}
