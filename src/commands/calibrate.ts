import type { CalibrationResult } from "../results/calibration.js";
import { exitCode } from "../base/errors.js";
import { readChance } from "./line/chance.js";
import { defineCommand } from "./line/command.js";
import { onlyOperand } from "./line/operand.js";
import { falseAlarmsOption, readTrials } from "./line/repeat-settings.js";
import { type Runner, runAndReport } from "./session/run-and-report.js";
import { readRunSettings, runOptions } from "./line/run-settings.js";
import { readScenarioFiles } from "./line/scenario-files.js";
import { readSeed } from "./line/seed.js";

export const calibrate = defineCommand({
  name: "calibrate",
  summary: "run trials of a scenario and propose bounds that chance rarely breaks",
  operands: "FILE",
  about: [
    "Runs trials of a scenario, each with a different seed, and proposes a minimum and a maximum for each of its " +
      "bounds on losses, so that chance alone breaks a verdict no more often than you allow.",
    "The proposal claims no more than the trials support. If there are too few, calibrate prints how many are needed " +
      "and proposes nothing. A bound that allows no loss (max: 0) is a promise and is left unchanged.",
    "Exit code: 0 if bounds are proposed, even if trials broke the old ones; 2 if too many trials were inconclusive.",
  ],
  options: {
    ...runOptions,
    trials: { value: "N", description: "Number of trials (default: as many as needed)" },
    repeat: {
      value: "N",
      description: "Trials per verdict, as in `run --repeat` (default: from the file, or 1)",
    },
    "false-alarms": falseAlarmsOption,
    write: { description: "Write the proposed bounds to the file, keeping its comments" },
    json: { description: "Print the proposal as JSON and nothing else" },
  },
  examples: [
    {
      does: "Write bounds for a gate of three trials to the file:",
      command: "lossbound calibrate --repeat 3 --write scenarios/consumer-kill.yaml",
    },
    {
      does: "Propose bounds that a single run breaks by chance one time in twenty:",
      command: "lossbound calibrate --false-alarms 1/20 scenarios/consumer-kill.yaml",
    },
  ],
  async run({ operands, options }, shell) {
    const settings = readRunSettings(options, "calibrate");
    const seed = readSeed(options.seed, "calibrate");
    const { trials, repeat, "false-alarms": falseAlarms } = options;
    const asked = {
      ...(trials !== undefined && { trials: readTrials("trials", trials, "calibrate") }),
      ...(repeat !== undefined && { repeat: readTrials("repeat", repeat, "calibrate") }),
      ...(falseAlarms !== undefined && { falseAlarms: readChance("false-alarms", falseAlarms, "calibrate") }),
    };
    const file = onlyOperand(operands, "one scenario file", "calibrate");
    await readScenarioFiles([file], "calibrate");

    // Loaded lazily, as in `run`, together with the special functions of statistics.
    const { renderCalibration } = await import("../views/terminal/calibration.js");
    const { renderTrial } = await import("../views/terminal/repeat.js");
    const { calibrateScenario, refuseUnwritable, writeCalibration } = await import("../library/calibrate.js");
    if (options.write) await refuseUnwritable(file);
    let found: CalibrationResult | undefined;
    let written: string | undefined;
    const runner: Runner = async (_, given) => {
      found = await calibrateScenario(file, { ...given, ...asked });
      if (options.write && found.allowance !== null) {
        await writeCalibration(file, found);
        written = file;
      }
      return [];
    };
    await runAndReport(
      runner,
      [file],
      {
        settings: { ...settings, seed },
        metrics: undefined,
        json: options.json,
        quiet: options.quiet,
        views: {
          one: renderTrial,
          all: (_, page) => (found === undefined ? "" : `\n${renderCalibration(found, written, page)}`),
          json: () => found ?? null,
        },
        // The old bounds are what calibration replaces, so no trial is judged by them.
        fold: () => [],
      },
      shell,
    );
    return found?.allowance ? exitCode.held : exitCode.inconclusive;
  },
});
