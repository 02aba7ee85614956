import { defineConfig } from "vitest/config";

/** What a test waits for at most. It only ends a hang: no test is judged by it. */
const limits = { testTimeout: 120_000, hookTimeout: 300_000, expect: { poll: { timeout: 60_000 } } };

/** These mostly wait, and none of them may need a quiet machine, so two files run at once. */
const inPairs = { ...limits, maxWorkers: 2 };

/** Some of these hold losses against numbers of messages, so no other run may take their cores. */
const oneByOne = { ...limits, fileParallelism: false };

/** These run what `npm run build` makes, so it is made first. */
const built = { globalSetup: "test/support/build-first.ts" };

export default defineConfig({
  test: {
    // A flaky test is a finding.
    retry: 0,
    reporters: ["default", "./test/closing-line.ts"],
    // The tiers run one after the other, the quickest first.
    projects: [
      // Nothing in it outlives its file, so all may share their modules. vitest leaves one core idle unless told otherwise.
      tier("unit", 0, { ...limits, isolate: false, pool: "threads", maxWorkers: "100%" }),
      tier("process", 1, { ...inPairs, ...built }),
      tier("broker", 2, { ...inPairs, ...built }),
      tier("catalogue", 3, { ...oneByOne, ...built }),
      tier("tools", 4, { ...oneByOne, ...built }),
      tier("docker", 5, { ...oneByOne, ...built }),
    ],
  },
});

function tier<T extends object>(name: string, groupOrder: number, settings: T) {
  return {
    test: { name, include: [`test/${name}/**/*.test.ts`], sequence: { groupOrder }, ...settings },
  };
}
