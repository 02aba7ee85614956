import { toJson } from "../results/json.js";
import { pageFor } from "../views/layout/page.js";
import { defineCommand } from "./line/command.js";
import { exitCodeOfVerdicts } from "./session/exit-code-of-verdicts.js";
import { falseAlarmsOption, readFalseAlarms } from "./line/repeat-settings.js";
import { readSeed } from "./line/seed.js";
import { usageError } from "./line/usage-error.js";

export const diff = defineCommand({
  name: "diff",
  summary: "say whether scenarios lose more than before, by more than chance",
  operands: "BEFORE NOW",
  about: [
    "Each is a result.json, a NAME.repeat.json, the JSON of `lossbound run --json`, or a folder of results. Scenarios of the " +
      "same name are held against each other: the messages that each fault cost, over all runs or trials.",
    "The exit code is 1 where one of them loses more by more than chance, 2 where there are too few runs to tell, and 0 otherwise.",
  ],
  options: {
    "false-alarms": falseAlarmsOption,
    seed: {
      value: "N",
      description: "Of the divisions that are drawn where there are too many for all (default: 0).",
    },
    json: { description: "Print the differences as JSON." },
  },
  examples: [
    { does: "Hold a branch against main:", command: "lossbound diff main-results lossbound-results" },
  ],
  async run({ operands, options }, { stdout, env }) {
    const [before, now, ...others] = operands;
    if (before === undefined || now === undefined || others.length > 0) {
      throw usageError(
        [`diff needs two results, BEFORE and NOW, and found ${operands.length} operands`],
        "diff",
      );
    }
    const falseAlarms = readFalseAlarms(options["false-alarms"], "diff");
    const seed = options.seed === undefined ? 0 : readSeed(options.seed, "diff");
    // Loaded only now: the special functions of statistics take their time.
    const { differencesOf, verdictOfAll } = await import("../results/difference.js");
    const { renderDifferences } = await import("../views/terminal/difference.js");
    const { storedLossesAt } = await import("../store/stored-losses.js");
    const found = differencesOf(storedLossesAt(before), storedLossesAt(now), { falseAlarms, seed });
    stdout.write(options.json ? toJson(found) : renderDifferences(found, pageFor(stdout, env)));
    return exitCodeOfVerdicts([verdictOfAll(found)]);
  },
});
