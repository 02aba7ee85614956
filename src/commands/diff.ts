import { toJson } from "../results/json.js";
import { pageFor } from "../views/layout/page.js";
import { defineCommand } from "./line/command.js";
import { exitCodeOfVerdicts } from "./session/exit-code-of-verdicts.js";
import { falseAlarmsOption, readFalseAlarms } from "./line/repeat-settings.js";
import { readSeed } from "./line/seed.js";
import { usageError } from "./line/usage-error.js";

export const diff = defineCommand({
  name: "diff",
  summary: "check whether scenarios lose more than before, beyond chance",
  operands: "BEFORE NOW",
  about: [
    "BEFORE and NOW are each a result.json, a NAME.repeat.json, the output of `lossbound run --json`, or a folder of " +
      "results. Scenarios of the same name are compared by how many messages each fault cost, over all runs or trials.",
    "Exit code: 1 if a scenario loses more by more than chance, 2 if there are too few runs to tell, 0 otherwise.",
  ],
  options: {
    "false-alarms": falseAlarmsOption,
    seed: {
      value: "N",
      description: "Seed for permutations, used if there are too many to try all (default: 0)",
    },
    json: { description: "Print the differences as JSON" },
  },
  examples: [
    { does: "Compare a branch with main:", command: "lossbound diff main-results lossbound-results" },
  ],
  async run({ operands, options }, { stdout, env }) {
    const [before, now, ...others] = operands;
    if (before === undefined || now === undefined || others.length > 0) {
      throw usageError([`diff expects two results, BEFORE and NOW, got ${operands.length}`], "diff");
    }
    const falseAlarms = readFalseAlarms(options["false-alarms"], "diff");
    const seed = options.seed === undefined ? 0 : readSeed(options.seed, "diff");
    // Loaded lazily: the special functions of statistics are slow to load.
    const { differencesOf, verdictOfAll } = await import("../results/difference.js");
    const { renderDifferences } = await import("../views/terminal/difference.js");
    const { storedLossesAt } = await import("../store/stored-losses.js");
    const found = differencesOf(storedLossesAt(before), storedLossesAt(now), { falseAlarms, seed });
    stdout.write(options.json ? toJson(found) : renderDifferences(found, pageFor(stdout, env)));
    return exitCodeOfVerdicts([verdictOfAll(found)]);
  },
});
