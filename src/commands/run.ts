import { resultsAsMarkdown } from "../views/ci/markdown.js";
import { falseAlarmsUsual } from "../scenario/limits.js";
import { baselineOption, readBaseline } from "./session/baseline.js";
import { defineCommand } from "./line/command.js";
import { gateOptions, openGate } from "./session/gate.js";
import { eachAndSummary, runAndReport, type Views } from "./session/run-and-report.js";
import { metricsOptions, readMetricsSettings } from "./line/metrics-settings.js";
import { readRepeatSettings, repeatOptions } from "./line/repeat-settings.js";
import { readRunSettings, runOptions } from "./line/run-settings.js";
import { readScenarioFiles } from "./line/scenario-files.js";
import { readSeed } from "./line/seed.js";

export const run = defineCommand({
  name: "run",
  summary: "run scenarios, account for every message, and judge the losses",
  operands: "FILE…",
  about: [
    "Runs the scenarios one after another on a real broker through a real proxy, accounts for every message, " +
      "and judges the losses against the claim of each scenario.",
    "Checks all files before it starts anything. With several scenarios, the exit code is that of the most serious " +
      "outcome: could not run, then broken, then inconclusive, then held.",
  ],
  options: { ...runOptions, ...repeatOptions, baseline: baselineOption, ...gateOptions, ...metricsOptions },
  examples: [
    { does: "Run one scenario:", command: "lossbound run scenarios/producer-blackhole.yaml" },
    {
      does: "Run all scenarios and print the results as JSON:",
      command: "lossbound run --json --quiet scenarios/*.yaml",
    },
    {
      does: "Gate a build on all scenarios, with a report for the CI system:",
      command: "lossbound run --quiet --junit junit.xml scenarios/*.yaml",
    },
    {
      does: "Judge up to twenty trials together, and stop once the verdict is certain:",
      command: "lossbound run --repeat 20 --stop-early scenarios/consumer-kill.yaml",
    },
    {
      does: "Also fail if more is lost than in the stored trials of main:",
      command: "lossbound run --repeat 10 --baseline main-results scenarios/consumer-kill.yaml",
    },
    {
      does: "Serve metrics to Prometheus, and wait for its last scrape:",
      command: "lossbound run --metrics-port 9464 --linger scenarios/producer-blackhole.yaml",
    },
    {
      does: "Run on an existing cluster and proxy:",
      command:
        "lossbound run --environment external --brokers kafka:9092 --toxiproxy http://toxiproxy:8474 scenarios/baseline.yaml",
    },
  ],
  async run({ operands, options }, shell) {
    const settings = readRunSettings(options, "run");
    const metrics = readMetricsSettings(options, "run");
    const seed = readSeed(options.seed, "run");
    const repeating = readRepeatSettings(options, "run");
    const scenarios = await readScenarioFiles(operands, "run");
    const { junit, markdown } = options;
    const { falseAlarms = falseAlarmsUsual } = repeating;
    const baseline =
      options.baseline === undefined
        ? undefined
        : await readBaseline(options.baseline, { falseAlarms, seed });
    const gate = openGate({ junit, markdown, files: operands, summary: resultsAsMarkdown }, shell, "run");

    // Loaded lazily: help and input errors need neither a Kafka client nor a native addon.
    const { runScenarios } = await import("../library/run.js");
    const reporting = {
      settings: { ...settings, seed },
      metrics,
      json: options.json,
      quiet: options.quiet,
      gate,
    };
    if (scenarios.some(({ repeat = 1 }) => (repeating.repeat ?? repeat) > 1)) {
      const { runRepeats } = await import("./session/run-repeats.js");
      return await runRepeats(operands, scenarios, repeating, { ...reporting, baseline }, shell);
    }
    const views = eachAndSummary(settings.out, operands.length);
    if (baseline === undefined)
      return await runAndReport(runScenarios, operands, { ...reporting, views }, shell);
    const beside: Views = {
      one: views.one,
      all: (results, page) => (views.all?.(results, page) ?? "") + baseline.render(results, page),
      json: baseline.judge,
    };
    return await runAndReport(
      runScenarios,
      operands,
      { ...reporting, views: beside, fold: baseline.judge },
      shell,
    );
  },
});
