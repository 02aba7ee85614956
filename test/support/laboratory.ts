import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

import type { BrokersWanted } from "../../src/environment/local/start.js";
import { openLocal } from "../../src/environment/local/local.js";
import type { Driver } from "../../src/kafka/driver.js";
import type { Exporter } from "../../src/metrics/exporter.js";
import type { Result } from "../../src/results/result.js";
import { runOne } from "../../src/library/run-one.js";
import { parseScenario } from "../../src/scenario/file/read.js";

interface RunChoices {
  seed?: number;
  traceRequests?: boolean;
  workerEntry?: string;
  exporter?: Exporter;
  driver?: Driver;
}

/** A local environment and a folder for results. Disposing it removes both. */
export interface Laboratory extends AsyncDisposable {
  environment: Awaited<ReturnType<typeof openLocal>>;
  /** Runs a scenario. Its files stay in `lab.out/<name>` until the laboratory is disposed. */
  run(name: string, yaml: string, options?: RunChoices): Promise<Result>;
  out: string;
}

export async function openLaboratory(brokers: BrokersWanted = { count: 1 }): Promise<Laboratory> {
  const out = mkdtempSync(join(tmpdir(), "lossbound-test-"));
  const environment = await openLocal({ brokers, progress: () => {} });
  return {
    environment,
    out,
    run: (name, yaml, { seed = 1, ...choices } = {}) =>
      runOne(environment, {
        scenario: parseScenario(yaml, `${name}.yaml`),
        seed,
        out,
        observer: { line: () => {}, live: () => {} },
        signal: new AbortController().signal,
        repeatWith: "",
        ...choices,
      }),
    [Symbol.asyncDispose]: async () => {
      await environment[Symbol.asyncDispose]();
      rmSync(out, { recursive: true, force: true });
    },
  };
}
