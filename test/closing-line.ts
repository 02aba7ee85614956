import type { Reporter, TestModule } from "vitest/node";

/** Where every tool is to be there, a skipped test is one that should have run. */
const mustHaveTools = process.env["LOSSBOUND_REQUIRE_TOOLS"] === "1";

/** What failed before the tests, and counts as failed with them: `.ci/run` tells of its checks here. */
const failedBefore = Number(process.env["LOSSBOUND_FAILED_BEFORE"] ?? 0);

/** Closes a run with one plain line: `N passed, N failed`. */
export default class ClosingLine implements Reporter {
  onTestRunEnd(modules: readonly TestModule[], errors: readonly unknown[]): void {
    let passed = 0;
    // A file that does not load, a hook that fails, and an error outside every test are failures too.
    let failed = failedBefore + errors.length;
    for (const module of modules) {
      failed += module.errors().length;
      for (const suite of module.children.allSuites()) failed += suite.errors().length;
      for (const test of module.children.allTests()) {
        const { state } = test.result();
        if (state === "passed") passed++;
        else if (state !== "skipped" || mustHaveTools) failed++;
      }
    }
    process.stdout.write(`\n${passed} passed, ${failed} failed\n`);
  }
}
