import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";

import { describe, expect, test } from "vitest";

import { causesNamed, renderCatalogue } from "../../../../src/views/words/catalogue.js";
import { parseScenario } from "../../../../src/scenario/file/read.js";
import { inRepository } from "../../../support/paths.js";

const folder = inRepository("scenarios");

/** As it is before a formatter lays out the table. */
function plain(text: string): string {
  return text.replace(/ +/g, " ").replace(/-{3,}/g, "---").trim();
}

function rowOf(text: string): string[] {
  const table = renderCatalogue([{ file: "some.yaml", scenario: parseScenario(text, "some.yaml") }]);
  const [row = ""] = table.trimEnd().split("\n").slice(-1);
  return row.replace(/^\| | \|$/g, "").split(" | ");
}

test("the catalogue that ships is made of the files that ship (else: npm run catalogue)", () => {
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

  test("has the claim, the faults, the causes with their bounds, and who would have known", () => {
    const faults = [
      "{ after: { processed: 900 }, kill: consumer, restartAfter: 500ms, times: 5, every: 2s }",
      "{ when: in-commit, pause: consumer, worker: 1, for: 2s, times: 2 }",
    ].join(", ");
    const expected =
      "{ lost: { min: 40, max: 500 }, lostBy: { rejected: 0, in-transit: { max: 2% }, after-commit: { min: 30 }, in-processing: { min: 1, max: 5 } } }";
    expect(rowOf(text(faults, expected))).toEqual([
      "[some](some.yaml)",
      "What \\| this claims.",
      "after 900 messages were processed: SIGKILL of a consumer that the seed draws, started again after 500 ms; 5 times, every 2 s" +
        "<br>when its commit is on the way: SIGSTOP of consumer 1 for 2 s; 2 times",
      "`in-transit`: at most 2% of what was sent<br>`after-commit`: at least 30<br>`in-processing`: 1 to 5",
      "lost: 40 to 500",
      "nobody<br>the group's operator: a consumer died, or gave up what it had committed",
    ]);
  });

  test("of a control says that nothing is lost, and of another guarantee which", () => {
    const cells = rowOf(text("", "{ lost: 0, duplicated: { min: 5 } }", "guarantee: at-least-once"));
    expect(cells[0]).toBe("[some](some.yaml)<br>at-least-once");
    expect(cells.slice(2)).toEqual(["none", "", "lost: none<br>duplicated: at least 5", ""]);
  });

  test("says how many of its faults happen", () => {
    const faults = "{ at: 1s, oversize: 2MB }, { at: 2s, resetOffsets: latest }";
    const [, , cell] = rowOf(text(faults, "{ lost: 0 }", "guarantee: at-most-once\nfaultsDrawn: 1"));
    expect(cell).toMatch(/^1 of these, as the seed draws them:<br>at 1 s: one message of 2MB .*<br>at 2 s: /);
  });
});

test("a cause that may take none is not named", () => {
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
