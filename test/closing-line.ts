import type { Reporter, TestModule } from "vitest/node";

/** Closes a run with one plain line: `N passed, N failed`. */
export default class ClosingLine implements Reporter {
  onTestRunEnd(modules: readonly TestModule[], errors: readonly unknown[]): void {
    let passed = 0;
    // A file that does not load, and an error outside every test, are failures too.
    let failed = errors.length;
    for (const module of modules) {
      if (module.children.size === 0 && !module.ok()) failed++;
      for (const test of module.children.allTests()) {
        if (test.result().state === "passed") passed++;
        else failed++;
      }
    }
    process.stdout.write(`\n${passed} passed, ${failed} failed\n`);
  }
}
