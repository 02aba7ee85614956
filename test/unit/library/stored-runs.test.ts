import { readFileSync, readdirSync, mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { gunzipSync } from "node:zlib";

import { describe, expect, it } from "vitest";

import { writeRunRecord } from "../../../src/ledger/record/run-record.js";
import { judgeFolder } from "../../../src/library/judge.js";
import type { Result } from "../../../src/results/result.js";
import { guarantees } from "../../../src/scenario/scenario.js";
import { aRun } from "../../support/a-run.js";
import { inRepository } from "../../support/paths.js";
import { scratchFolder } from "../../support/scratch-folder.js";
import { times } from "../../support/stories.js";

/**
 * A run under each guarantee, as version 0.1.0 stored it: under a black hole of 700 ms on the producer's link, and a
 * SIGKILL of a consumer. A later version either judges it the same, or refuses it by the version of its schema.
 */
describe.each(guarantees)("a stored run under %s", (guarantee) => {
  const stored = inRepository("test", "fixtures", "stored-runs", guarantee);

  it("is judged as it was when it ended", async () => {
    using folder = scratchFolder();
    mkdirSync(join(folder.path, "boxes"));
    for (const name of readdirSync(stored)) {
      const bytes = readFileSync(join(stored, name));
      if (name.endsWith(".box.gz")) {
        writeFileSync(join(folder.path, "boxes", name.slice(0, -".gz".length)), gunzipSync(bytes));
      } else if (name !== "result.json") writeFileSync(join(folder.path, name), bytes);
    }

    const { version: _, ...judged } = await judgeFolder(folder.path);

    const { version: __, ...then } = JSON.parse(readFileSync(join(stored, "result.json"), "utf8")) as Result;
    expect(JSON.parse(JSON.stringify(judged))).toEqual(then);
  });
});

it("a stored run is judged by the plan that is stored, and not by one made from its scenario and seed", async () => {
  using run = aRun({ producers: [times(30, "processed")] });
  const { faults, verdict } = await judgeFolder(run.path);

  const { plan } = run.run;
  writeRunRecord(run.path, { ...run.run, plan: { ...plan, scenario: { ...plan.scenario, faults: [] } } });

  expect(faults.length).toBeGreaterThan(0);
  expect(await judgeFolder(run.path)).toMatchObject({ faults, verdict });
});
