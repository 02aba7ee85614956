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
  summary: "run trials of a scenario, and propose bounds that chance alone seldom breaks",
  operands: "FILE",
  about: [
    "Runs trials of a scenario, each with a seed of its own, and proposes both ends of its bounds on losses, such " +
      "that a verdict is broken by chance alone no more often than wanted.",
    "It claims no more than the trials support. Where they are too few it says how many it takes, and proposes " +
      "nothing. A bound that no loss may exceed (max: 0) is a promise, and stays.",
    "The exit code is 0 where bounds are proposed, whether the trials kept the old ones or not, and 2 where too many trials proved nothing.",
  ],
  options: {
    ...runOptions,
    trials: { value: "N", description: "Trials to make (default: as many as it takes)." },
    repeat: {
      value: "N",
      description: "Trials of a verdict, as `lossbound run --repeat` (default: `repeat` in the file, or 1).",
    },
    "false-alarms": falseAlarmsOption,
    write: { description: "Write the proposed bounds into the file; its comments stay." },
    json: { description: "Print the proposal as JSON, and nothing else." },
  },
  examples: [
    {
      does: "Bounds for a gate of three trials, written into the file:",
      command: "lossbound calibrate --repeat 3 --write scenarios/consumer-kill.yaml",
    },
    {
      does: "Bounds that one run breaks by chance one time in twenty:",
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

    // Loaded only now, as for `run`; and so are the special functions of statistics.
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
        // What was claimed before is what the calibration is to mend.
        fold: () => [],
      },
      shell,
    );
    return found?.allowance ? exitCode.held : exitCode.inconclusive;
  },
});
