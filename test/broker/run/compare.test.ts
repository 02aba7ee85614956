import { readFileSync } from "node:fs";

import { expect, it } from "vitest";

import type { Result } from "../../../src/results/result.js";
import { aFolder } from "../../support/a-folder.js";
import { lossbound } from "../../support/lossbound.js";

/** More load than the two can handle, so that the chunk is full when one is killed. */
const scenario = `# A kill at an exact message loses what is left of its chunk.
guarantee: at-most-once
topic: { partitions: 2 }
producers: { rate: 500/s, messages: 1500, overload: true }
consumers: { count: 2, commitEvery: 20, handle: 4ms, sessionTimeout: 1s }
faults:
  - { when: { handling: { message: 5, of: 20 } }, kill: consumer, worker: 0, restartAfter: 200ms }
expect:
  lost: 16
  lostBy: { in-processing: 1, after-commit: 15 }
`;

it(
  "compare runs one kill under each guarantee, and shows what each lost and duplicated",
  { timeout: 240_000 },
  async () => {
    using folder = aFolder({ "one-kill.yaml": scenario });
    const file = folder.file("one-kill.yaml");
    const places = ["--out", folder.file("out"), "--markdown", folder.file("table.md")];
    const { code, stdout, stderr } = await lossbound(["compare", "--seed", "5", "--json", ...places, file]);

    const results = JSON.parse(stdout) as Result[];
    expect(results.map(({ verdict, reasons }) => [verdict, ...reasons])).toEqual([
      ["held"],
      ["held"],
      ["held"],
    ]);
    expect(code).toBe(0);
    expect(results.map(({ guarantee }) => guarantee)).toEqual([
      "at-most-once",
      "at-least-once",
      "effectively-once",
    ]);
    expect(results.map(({ messages }) => messages.lost)).toEqual([16, 0, 0]);
    // The four messages whose handlers had ended were not committed yet, so they are processed
    // again.
    expect(results.map(({ messages }) => messages.duplicated)).toEqual([0, 4, 0]);
    // All three ran on the same brokers.
    expect(stderr.match(/starting a broker and Toxiproxy/g)).toHaveLength(1);

    for (const { scenario: name, repeatWith } of results) {
      const stored = JSON.parse(readFileSync(folder.file(`out/${name}/result.json`), "utf8")) as Result;
      expect(stored.scenario).toBe(name);
      expect(repeatWith).toContain(` compare ${file} --seed 5`);
    }
    const table = readFileSync(folder.file("table.md"), "utf8");
    expect(table).toContain("\n| lost | 16 | 0 | 0 |\n");
    expect(table).toContain("\n| duplicated | 0 | 4 | 0 |\n");
  },
);
