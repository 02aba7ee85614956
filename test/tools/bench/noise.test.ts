import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { describe, expect, it } from "vitest";

import { readMeasured } from "../../../bench/noise-store.js";
import { repository } from "../../support/paths.js";
import { run } from "../../support/run-program.js";

describe("npm run noise", () => {
  it("makes two runs at once, and one with a defect, and writes all of them down", async () => {
    const folder = mkdtempSync(join(tmpdir(), "lossbound-test-"));
    const results = join(folder, "measured.csv");
    const noise = async (...options: string[]) =>
      await run(
        "npm",
        [
          "run",
          "--silent",
          "noise",
          "--",
          "--runs",
          "1",
          "--level",
          "idle",
          "--results",
          results,
          ...options,
        ],
        { cwd: repository, timeout: 300_000 },
      );
    try {
      const sound = await noise("--scenario", "baseline,offset-reset-to-earliest", "--at-once", "2");
      expect(sound.stderr).toContain("2 of 2 runs");
      const planted = await noise("--scenario", "baseline", "--defect", "sends-twice");
      expect(planted.stderr).toContain("1 of 1 runs");

      const measured = readMeasured(results).toSorted((one, other) =>
        `${one.defect} ${one.scenario}`.localeCompare(`${other.defect} ${other.scenario}`),
      );
      expect(measured).toMatchObject([
        { scenario: "baseline", defect: "none", atOnce: 2, seed: 1, unexplained: 0 },
        { scenario: "offset-reset-to-earliest", defect: "none", atOnce: 2, seed: 1, unexplained: 0 },
        { scenario: "baseline", defect: "sends-twice", atOnce: 1, seed: 1, outcome: "broken" },
      ]);
      expect(measured.map(({ outcome }) => outcome)).not.toContain("error");
    } finally {
      rmSync(folder, { recursive: true });
    }
  });
});
