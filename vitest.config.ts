import { defineConfig } from "vitest/config";

export default defineConfig({
  test: {
    include: ["test/**/*.test.ts"],
    // Brokers, proxies and workers are real: two files at once would share the cores and disturb
    // each other's clocks.
    fileParallelism: false,
    testTimeout: 120_000,
    hookTimeout: 300_000,
    // A flaky test is a finding.
    retry: 0,
    reporters: ["default", "./test/closing-line.ts"],
  },
});
