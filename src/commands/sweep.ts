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
  summary: "run one scenario at several rates, for the curve of loss against throughput",
  operands: "FILE",
  about: [
    "Runs one scenario at each of several rates (or with each of several sizes of a commit), a few times each, the " +
      "faults the same, and gives what was lost against the throughput that was in fact reached.",
    "Each step sends for as long as the scenario does. Its bounds on losses are asked where they are shares; what its guarantee " +
      "forbids is. A run that is inconclusive is no part of the curve.",
    "Writes NAME.sweep.json and NAME.sweep.csv beside the results of the runs. The exit code is that of the most " +
      "serious run, as with `lossbound run` and several scenarios.",
  ],
  options: {
    ...runOptions,
    ...gateOptions,
    ...metricsOptions,
    rates: {
      value: "RATE,…",
      description: "Rates to run at, such as 500/s,2000/s (default: those of the file).",
    },
    "commit-every": { value: "N,…", description: "In place of rates: how many messages a commit covers." },
    repeats: { value: "N", description: `Runs at each value (default: ${repeatsUsual}).` },
    json: { description: "Print the curve as JSON, and nothing else." },
  },
  examples: [
    {
      does: "What a fault costs at three rates:",
      command: "lossbound sweep --rates 500/s,2000/s,8000/s scenarios/producer-blackhole.yaml",
    },
    {
      does: "What a kill costs, by the size of a commit:",
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

    // Loaded only now, as for `run`.
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
  throw usageError(
    [`--repeats is "${written}", and must be a whole number from 1 to ${repeatsMax}`],
    "sweep",
  );
}

/** What is to vary, where the command line says so. */
function readValues(written: {
  rates: string | undefined;
  "commit-every": string | undefined;
}): Sweep | undefined {
  const { rates, "commit-every": commitEvery } = written;
  if (rates !== undefined && commitEvery !== undefined) {
    throw usageError(["--rates and --commit-every go not together: a sweep varies one thing"], "sweep");
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
  throw usageError(
    [`--rates has "${written}", and takes rates such as 500/s, several with commas between them`],
    "sweep",
  );
}

function wholeNumbers(written: string): number[] {
  return written.split(",").map((text) => {
    const value = /^[0-9]{1,7}$/u.test(text.trim()) ? Number(text) : Number.NaN;
    if (value >= 1 && value <= 1_000_000) return value;
    throw usageError([`--commit-every has "${text}", and takes whole numbers from 1 to 1000000`], "sweep");
  });
}

function distinct(option: string, written: string, values: number[]): number[] {
  if (new Set(values).size === values.length && values.length > 1) return values;
  throw usageError([`--${option} is "${written}", and takes two values or more, each once`], "sweep");
}
