import { LossboundError } from "../base/errors.js";
import { defineCommand } from "./line/command.js";
import { eachAndSummary, type Runner, runAndReport } from "./session/run-and-report.js";
import { runOptions } from "./line/run-settings.js";
import { readScenarioFiles } from "./line/scenario-files.js";
import { readSeed } from "./line/seed.js";
import { usageError } from "./line/usage-error.js";

export const up = defineCommand({
  name: "up",
  summary: "keep a broker, a proxy and dashboards running, and run scenarios on them",
  operands: "[FILE…]",
  about: [
    "Starts a broker and Toxiproxy and serves the metrics. Also starts a Prometheus that scrapes them and a Grafana " +
      "with the dashboards, if these are on PATH. Prints the addresses, runs the scenarios, and keeps everything " +
      "running until Ctrl-C, which stops everything that was started and exits with 0.",
    "Everything listens on 127.0.0.1, on its usual port if that is free. The data of Prometheus is deleted at the " +
      "end; the results of the scenarios are kept.",
  ],
  options: {
    repeat: { description: "Run the scenarios in a loop, with a new seed in each round" },
    seed: { value: "N", description: "Seed for all rounds (default: a new one in each round)" },
    out: runOptions.out,
  },
  examples: [
    {
      does: "Watch a fault in Grafana, over and over:",
      command: "lossbound up --repeat scenarios/producer-blackhole.yaml",
    },
    { does: "Start a broker and a proxy to experiment with:", command: "lossbound up" },
  ],
  async run({ operands, options }, shell) {
    const seed = readSeed(options.seed, "up");
    if (operands.length > 0) await readScenarioFiles(operands, "up");
    else if (options.repeat) throw usageError(["--repeat requires a scenario file"], "up");
    const out = options.out ?? "lossbound-results";

    // Loaded lazily, as in `run`.
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
        // With --repeat, results never end, so none is kept after it was printed.
        views: { one, json },
      },
      shell,
    );
    try {
      return await running;
    } catch (error) {
      if (!isOrderlyEnd(error)) throw error;
      shell.stderr.write("stopped everything that was started\n");
      return 0;
    }
  },
});

/**
 * Checks for an interruption without a failed clean-up; a failure would wrap this error in another.
 */
function isOrderlyEnd(error: unknown): boolean {
  return error instanceof LossboundError && error.code === "INTERRUPTED";
}
