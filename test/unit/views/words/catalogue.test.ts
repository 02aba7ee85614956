import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";

import { describe, expect, test } from "vitest";

import { causesNamed, renderCatalogue } from "../../../../src/views/words/catalogue.js";
import { parseScenario } from "../../../../src/scenario/file/read.js";
import { inRepository } from "../../../support/paths.js";

const folder = inRepository("scenarios");

/** Undoes the layout of tables by the formatter. */
function plain(text: string): string {
  return text.replace(/ +/g, " ").replace(/-{3,}/g, "---").trim();
}

function rowOf(text: string): string[] {
  const table = renderCatalogue([{ file: "some.yaml", scenario: parseScenario(text, "some.yaml") }]);
  const [row = ""] = table.trimEnd().split("\n").slice(-1);
  return row.replace(/^\| | \|$/g, "").split(" | ");
}

test("scenarios/README.md is up to date with the scenario files (else: npm run catalogue)", () => {
  const files = readdirSync(folder).filter((name) => name.endsWith(".yaml"));
  const entries = files.map((file) => ({
    file,
    scenario: parseScenario(readFileSync(join(folder, file), "utf8"), file),
  }));
  expect(plain(readFileSync(join(folder, "README.md"), "utf8"))).toBe(plain(renderCatalogue(entries)));
});

describe("a row", () => {
  const text = (faults: string, expected: string, more = "guarantee: at-most-once") =>
    `# What | this claims.\n${more}\nconsumers: { count: 2 }\nproducers: { rate: 2000/s, messages: 20000 }\nfaults: [${faults}]\nexpect: ${expected}\n`;

  test("has the claim, the faults, the causes with their bounds, and who would notice", () => {
    const faults = [
      "{ after: { processed: 900 }, kill: consumer, restartAfter: 500ms, times: 5, every: 2s }",
      "{ when: in-commit, pause: consumer, worker: 1, for: 2s, times: 2 }",
    ].join(", ");
    const expected =
      "{ lost: { min: 40, max: 500 }, lostBy: { rejected: 0, in-transit: { max: 2% }, after-commit: { min: 30 }, in-processing: { min: 1, max: 5 } } }";
    expect(rowOf(text(faults, expected))).toEqual([
      "[some](some.yaml)",
      "What \\| this claims.",
      "after 900 messages were processed: SIGKILL to a consumer drawn by the seed, restarted after 500 ms; 5 times, every 2 s" +
        "<br>when its commit is in flight: SIGSTOP to consumer 1 for 2 s; 2 times",
      "`in-transit`: at most 2% of what was sent<br>`after-commit`: at least 30<br>`in-processing`: 1 to 5",
      "lost: 40 to 500",
      "no one<br>the group's operator: a consumer died, or abandoned what it had committed",
    ]);
  });

  test("shows that nothing is lost, and the guarantee unless it is at-most-once", () => {
    const cells = rowOf(text("", "{ lost: 0, duplicated: { min: 5 } }", "guarantee: at-least-once"));
    expect(cells[0]).toBe("[some](some.yaml)<br>at-least-once");
    expect(cells.slice(2)).toEqual(["none", "", "lost: none<br>duplicated: at least 5", ""]);
  });

  test("shows how many of its faults are drawn", () => {
    const faults = "{ at: 1s, oversize: 2MB }, { at: 2s, resetOffsets: latest }";
    const [, , cell] = rowOf(text(faults, "{ lost: 0 }", "guarantee: at-most-once\nfaultsDrawn: 1"));
    expect(cell).toMatch(/^1 of these, drawn by the seed:<br>at 1 s: one message of 2MB .*<br>at 2 s: /);
  });
});

test("a cause whose bound is 0 is not named", () => {
  const none = { min: undefined, max: { kind: "count", value: 0 } } as const;
  const some = { min: undefined, max: { kind: "count", value: 1 } } as const;
  const expected = {
    lost: some,
    silentlyLost: undefined,
    lostBy: { rejected: none, log: some },
    duplicated: none,
    indeterminate: undefined,
    unexplained: undefined,
  };
  expect(causesNamed({ expect: expected })).toEqual(["log"]);
});
