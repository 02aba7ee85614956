import { expect, it } from "vitest";

import { openHosting } from "../../../../src/processes/hosting.js";
import { startPrometheus } from "../../../../src/environment/monitoring/prometheus.js";
import { toolForTests } from "../../../support/tools.js";
import { scratchCache } from "../../../support/programs.js";

const command = toolForTests("prometheus");

it.skipIf(command === undefined)("Prometheus limits its data to the given size", async () => {
  scratchCache();
  await using hosting = await openHosting(() => {});
  const { signal } = new AbortController();
  const dataBytes = 64 * 1024 ** 2;
  const wanted = { command: command!, targets: [], everyMs: 1_000, dataBytes, signal };
  await using prometheus = await startPrometheus(hosting, wanted);

  const response = await fetch(`${prometheus.url}/api/v1/status/flags`);
  const { data } = (await response.json()) as { data: Record<string, string> };
  expect(data["storage.tsdb.retention.size"]).toBe("32MiB");
  expect(data["storage.tsdb.max-block-chunk-segment-size"]).toBe("8MiB");
});
