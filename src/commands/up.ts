import { LossboundError } from "../base/errors.js";
import { defineCommand } from "./line/command.js";
import { eachAndSummary, type Runner, runAndReport } from "./session/run-and-report.js";
import { runOptions } from "./line/run-settings.js";
import { readScenarioFiles } from "./line/scenario-files.js";
import { readSeed } from "./line/seed.js";
import { usageError } from "./line/usage-error.js";

export const up = defineCommand({
  name: "up",
  summary: "keep brokers, proxy, metrics, Prometheus and Grafana up, and run scenarios on them",
  operands: "[FILE…]",
  about: [
    "Starts a broker and Toxiproxy, serves the metrics, and starts a Prometheus that scrapes them and a Grafana " +
      "with the dashboards where these are on PATH. It prints the addresses, runs the scenarios, and keeps all up " +
      "until it is stopped with Ctrl-C, which ends everything that it started. That is its orderly end: exit code 0.",
    "Everything listens on 127.0.0.1, at the usual port where that is free. What Prometheus has kept goes with it; " +
      "the results of the scenarios stay.",
  ],
  options: {
    repeat: { description: "Run the scenarios again and again, each round with another seed." },
    seed: { value: "N", description: "The seed, the same in each round." },
    out: runOptions.out,
  },
  examples: [
    {
      does: "Watch a fault in Grafana, again and again:",
      command: "lossbound up --repeat scenarios/producer-blackhole.yaml",
    },
    { does: "Brokers and a proxy to try things on:", command: "lossbound up" },
  ],
  async run({ operands, options }, shell) {
    const seed = readSeed(options.seed, "up");
    if (operands.length > 0) await readScenarioFiles(operands, "up");
    else if (options.repeat) throw usageError(["--repeat needs a scenario file"], "up");
    const out = options.out ?? "lossbound-results";

    // Loaded only now, as for `run`.
    const { keepUp } = await import("../library/up.js");
    const { repeat } = options;
    const runner: Runner = async (files, { observer, signal, onResult } = {}) =>
      await keepUp(files as readonly string[], {
        repeat,
        seed,
        seedStays: options.seed !== undefined,
        out,
        observer: observer!,
        signal: signal!,
        onResult: onResult!,
      });
    const { one, json } = eachAndSummary(out, operands.length);
    const running = runAndReport(
      runner,
      operands,
      {
        settings: { environment: "local", out, seed },
        metrics: undefined,
        json: false,
        quiet: false,
        // There is no end of them: none is kept once it was shown.
        views: { one, json },
      },
      shell,
    );
    try {
      return await running;
    } catch (error) {
      if (!isOrderlyEnd(error)) throw error;
      shell.stderr.write("stopped: everything that was started has ended\n");
      return 0;
    }
  },
});

/** It was asked to end, and nothing went wrong in doing so: what did would be in an error around this one. */
function isOrderlyEnd(error: unknown): boolean {
  return error instanceof LossboundError && error.code === "INTERRUPTED";
}
