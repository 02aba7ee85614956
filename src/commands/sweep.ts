import { curveOf } from "../results/curve.js";
import { curveAsMarkdown, renderCurve } from "../views/terminal/curve.js";
import type { Result } from "../results/result.js";
import { readRate } from "../scenario/quantities.js";
import type { Sweep } from "../scenario/scenario.js";
import { repeatsMax, repeatsUsual } from "../scenario/variants/sweep.js";
import { defineCommand } from "./line/command.js";
import { gateOptions, openGate } from "./session/gate.js";
import { metricsOptions, readMetricsSettings } from "./line/metrics-settings.js";
import { onlyOperand } from "./line/operand.js";
import { type Runner, runAndReport } from "./session/run-and-report.js";
import { readRunSettings, runOptions } from "./line/run-settings.js";
import { readScenarioFiles } from "./line/scenario-files.js";
import { readSeed } from "./line/seed.js";
import { usageError } from "./line/usage-error.js";

export const sweep = defineCommand({
  name: "sweep",
  summary: "run one scenario at several rates, for a curve of loss against throughput",
  operands: "FILE",
  about: [
    "Runs one scenario at each of several rates (or commit sizes), several times each and with the same faults, and " +
      "prints the loss against the throughput that was actually reached.",
    "Each step sends for as long as the scenario does. Bounds on losses are checked only if they are shares; what the " +
      "guarantee forbids is always checked. Inconclusive runs are left out of the curve.",
    "Writes NAME.sweep.json and NAME.sweep.csv beside the results of the runs. The exit code is that of the most " +
      "serious verdict, as for `lossbound run` with several scenarios.",
  ],
  options: {
    ...runOptions,
    ...gateOptions,
    ...metricsOptions,
    rates: {
      value: "RATE,…",
      description: "Rates to run at, such as 500/s,2000/s (default: from the file)",
    },
    "commit-every": { value: "N,…", description: "Messages per commit to run with, instead of rates" },
    repeats: { value: "N", description: `Runs at each value (default: ${repeatsUsual})` },
    json: { description: "Print the curve as JSON and nothing else" },
  },
  examples: [
    {
      does: "Measure the cost of a fault at three rates:",
      command: "lossbound sweep --rates 500/s,2000/s,8000/s scenarios/producer-blackhole.yaml",
    },
    {
      does: "Measure the cost of a kill for four commit sizes:",
      command: "lossbound sweep --commit-every 1,10,100,1000 scenarios/consumer-kill.yaml",
    },
  ],
  async run({ operands, options }, shell) {
    const settings = readRunSettings(options, "sweep");
    const metrics = readMetricsSettings(options, "sweep");
    const seed = readSeed(options.seed, "sweep");
    const repeats = readRepeats(options.repeats);
    const given = readValues(options);
    const file = onlyOperand(operands, "one scenario file", "sweep");
    const [scenario] = await readScenarioFiles([file], "sweep");
    const swept = given ?? scenario!.sweep;

    // Loaded lazily, as in `run`.
    const { sweepScenario } = await import("../library/sweep.js");
    const runner: Runner = async (_, runnerOptions) => {
      const sweepOptions = { ...runnerOptions, repeats, ...(given !== undefined && { sweep: given }) };
      await sweepScenario(file, sweepOptions);
      return [];
    };
    const curve = (results: readonly Result[]) => curveOf(scenario!, swept!, { seed, repeats }, results);
    const { junit, markdown } = options;
    const summary = (results: readonly Result[]) =>
      swept === undefined ? "" : curveAsMarkdown(curve(results));
    const gate = openGate({ junit, markdown, files: [file], summary }, shell, "sweep");
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
          all: (results, page) => renderCurve(curve(results), settings.out, page),
          json: (results) => (swept === undefined ? null : curve(results)),
        },
        gate,
      },
      shell,
    );
  },
});

function readRepeats(written: string | undefined): number {
  if (written === undefined) return repeatsUsual;
  const repeats = /^[0-9]{1,7}$/u.test(written) ? Number(written) : Number.NaN;
  if (repeats >= 1 && repeats <= repeatsMax) return repeats;
  throw usageError([`--repeats: expected an integer from 1 to ${repeatsMax}, got "${written}"`], "sweep");
}

/** Reads the swept values from the command line; `undefined` if it has none. */
function readValues(written: {
  rates: string | undefined;
  "commit-every": string | undefined;
}): Sweep | undefined {
  const { rates, "commit-every": commitEvery } = written;
  if (rates !== undefined && commitEvery !== undefined) {
    throw usageError(["--rates and --commit-every cannot be combined: a sweep varies one thing"], "sweep");
  }
  if (rates !== undefined)
    return { of: "rate", values: distinct("rates", rates, rates.split(",").map(rateOf)) };
  if (commitEvery === undefined) return undefined;
  return {
    of: "commitEvery",
    values: distinct("commit-every", commitEvery, wholeNumbers(commitEvery)),
  };
}

function rateOf(written: string): number {
  const rate = readRate(written.trim());
  if (rate !== undefined) return rate;
  throw usageError([`--rates: expected comma-separated rates such as 500/s, got "${written}"`], "sweep");
}

function wholeNumbers(written: string): number[] {
  return written.split(",").map((text) => {
    const value = /^[0-9]{1,7}$/u.test(text.trim()) ? Number(text) : Number.NaN;
    if (value >= 1 && value <= 1_000_000) return value;
    throw usageError(
      [`--commit-every: expected comma-separated integers from 1 to 1000000, got "${text}"`],
      "sweep",
    );
  });
}

function distinct(option: string, written: string, values: number[]): number[] {
  if (new Set(values).size === values.length && values.length > 1) return values;
  throw usageError([`--${option}: expected at least two values, all different, got "${written}"`], "sweep");
}
