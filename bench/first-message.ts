import { execFile } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";

import { epochMs } from "../src/base/clock.js";
import { readRunRecord } from "../src/ledger/record/run-record.js";

const scenario = `guarantee: at-most-once
topic: { partitions: 3 }
producers: { count: 1, rate: 2000/s, messages: 200, size: 200B }
consumers: { count: 2, commitEvery: 100, handle: 0ms }
expect:
  lost: 0
`;

const runLimitMs = 120_000;

/**
 * Milliseconds from the start of the command `lossbound run` to the first message sent, by run: the
 * command starts a broker and a Toxiproxy, makes the topic, and lets the consumers join their group.
 * The first run fills the cache where it is cold, and is not counted.
 */
export async function timesToFirstMessage(runs: number): Promise<number[]> {
  const cli = createRequire(import.meta.url).resolve("#build/cli.js");
  const folder = mkdtempSync(join(tmpdir(), "lossbound-bench-"));
  try {
    const file = join(folder, "first-message.yaml");
    writeFileSync(file, scenario);
    const times: number[] = [];
    for (let run = -1; run < runs; run++) {
      const out = join(folder, `results-${run}`);
      const since = epochMs();
      await promisify(execFile)(process.execPath, [cli, "run", file, "--out", out, "--quiet"], {
        timeout: runLimitMs,
        killSignal: "SIGINT",
      });
      const { startedAt } = readRunRecord(join(out, "first-message"));
      if (run >= 0) times.push(startedAt - since);
    }
    return times;
  } finally {
    rmSync(folder, { recursive: true });
  }
}
