import { appendFileSync } from "node:fs";

import type { Reporter, TestModule, TestRunEndReason } from "vitest/node";

/** Where every tool is to be there, a skipped test is one that should have run. */
const mustHaveTools = process.env["LOSSBOUND_REQUIRE_TOOLS"] === "1";

/** If it is set, the line goes into this file, with the names of what failed below it. `.ci/run` adds the lines up. */
const linesFile = process.env["LOSSBOUND_CLOSING_LINES"];

/** Closes a run with one plain line: `N passed, N failed`. */
export default class ClosingLine implements Reporter {
  onTestRunEnd(modules: readonly TestModule[], errors: readonly unknown[], reason: TestRunEndReason): void {
    let passed = 0;
    // A file that does not load, a hook that fails, and an error outside every test are failures too.
    const failed = errors.map(() => "an error outside every test");
    for (const module of modules) {
      const file = module.relativeModuleId;
      failed.push(...module.errors().map(() => file));
      for (const suite of module.children.allSuites()) {
        failed.push(...suite.errors().map(() => `${file} > ${suite.fullName}`));
      }
      for (const test of module.children.allTests()) {
        const { state } = test.result();
        if (state === "passed") passed++;
        else if (state !== "skipped" || mustHaveTools) failed.push(`${file} > ${test.fullName} (${state})`);
      }
    }
    // Such as a build that fails before any test is found.
    if (reason !== "passed" && failed.length === 0) failed.push("no test was run");
    const line = `${passed} passed, ${failed.length} failed\n`;
    if (linesFile === undefined) process.stdout.write(`\n${line}`);
    else appendFileSync(linesFile, [line, ...failed.map((name) => `${name}\n`)].join(""));
  }
}
