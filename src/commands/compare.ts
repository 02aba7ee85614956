import { comparisonAsMarkdown, renderComparison } from "../views/terminal/comparison.js";
import type { Result } from "../results/result.js";
import { defineCommand } from "./line/command.js";
import { gateOptions, openGate } from "./session/gate.js";
import { onlyOperand } from "./line/operand.js";
import { type Runner, runAndReport } from "./session/run-and-report.js";
import { metricsOptions, readMetricsSettings } from "./line/metrics-settings.js";
import { readRunSettings, runOptions } from "./line/run-settings.js";
import { readScenarioFiles } from "./line/scenario-files.js";
import { readSeed } from "./line/seed.js";

export const compare = defineCommand({
  name: "compare",
  summary: "run one scenario under all three guarantees and compare them",
  operands: "FILE",
  about: [
    "Runs one scenario under at-most-once, at-least-once and effectively-once with the same load, faults and " +
      "seed, and prints a table of what each guarantee lost, duplicated and cost.",
    "Under its own guarantee, the scenario is judged by the bounds in its file. Under each other guarantee, it is " +
      "judged by the bounds that the file sets for it, or else by its promise: no message is lost that the cluster " +
      "kept, and under effectively-once none is in the output twice.",
    "The exit code is that of the most serious verdict, as for `lossbound run` with several scenarios.",
  ],
  options: {
    ...runOptions,
    ...gateOptions,
    ...metricsOptions,
  },
  examples: [
    {
      does: "Compare the guarantees under one fault:",
      command: "lossbound compare scenarios/consumer-kill.yaml",
    },
    {
      does: "Save the table and the results:",
      command: "lossbound compare --json --markdown table.md scenarios/consumer-kill.yaml > results.json",
    },
  ],
  async run({ operands, options }, shell) {
    const settings = readRunSettings(options, "compare");
    const metrics = readMetricsSettings(options, "compare");
    const seed = readSeed(options.seed, "compare");
    const file = onlyOperand(operands, "one scenario file", "compare");
    const [scenario] = await readScenarioFiles([file], "compare");
    const { name } = scenario!;
    const { junit, markdown } = options;
    const summary = (results: readonly Result[]) => comparisonAsMarkdown(name, results);
    const gate = openGate({ junit, markdown, files: [file], summary }, shell, "compare");

    // Loaded lazily, as in `run`.
    const { compareGuarantees } = await import("../library/run.js");
    const runner: Runner = async (_, runnerOptions) => await compareGuarantees(file, runnerOptions);
    return await runAndReport(
      runner,
      [file],
      {
        settings: { ...settings, seed },
        metrics,
        json: options.json,
        quiet: options.quiet,
        views: {
          one: () => "",
          all: (all, page) => renderComparison(name, all, settings.out, page),
          json: (all) => all,
        },
        gate,
      },
      shell,
    );
  },
});
