import { defineConfig } from "vitest/config";

export default defineConfig({
  test: {
    // A run takes some fifteen seconds; the first one on a machine fetches Kafka and Toxiproxy, too.
    testTimeout: 300_000,
    // Two runs at once would share the cores, and disturb each other's clocks.
    fileParallelism: false,
  },
});
