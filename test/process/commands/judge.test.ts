import { cpSync, writeFileSync } from "node:fs";

import { expect, test } from "vitest";

import type { Result } from "../../../src/results/result.js";
import { aRun } from "../../support/a-run.js";
import { times } from "../../support/stories.js";
import { aFolder } from "../../support/a-folder.js";
import { lossbound } from "../../support/lossbound.js";

const none = { min: undefined, max: { kind: "count" as const, value: 0 } };

test("judge judges each run in a folder, and exits with the code of the most serious verdict", async () => {
  using folder = aFolder({});
  using held = aRun({ producers: [times(40, "processed")], expect: { lost: none } });
  using broken = aRun({
    producers: [[...times(39, "processed"), "in-transit"]],
    expect: { lost: none },
  });
  for (const [name, run] of Object.entries({ one: held, other: broken })) {
    cpSync(run.path, folder.file(name), { recursive: true });
    writeFileSync(folder.file(`${name}/result.json`), '{ "schema": "lossbound.result/1" }');
  }
  writeFileSync(folder.file("notes.txt"), "");

  const json = await lossbound(["judge", "--json", folder.path]);
  const results = JSON.parse(json.stdout) as Result[];
  expect(results.map(({ verdict, messages }) => [verdict, messages.lost])).toEqual([
    ["held", 0],
    ["broken", 1],
  ]);
  expect(json.code).toBe(1);

  const text = await lossbound(["judge", folder.path]);
  expect(text.code).toBe(1);
  expect(text.stdout).toMatch(/HELD[^]*BROKEN[^]*\nscenario +verdict/);
  expect(text.stdout).toContain(folder.file("other"));

  const alone = await lossbound(["judge", "--json", folder.file("one")]);
  expect(JSON.parse(alone.stdout)).toEqual(results[0]);
  expect(alone.code).toBe(0);
});
