import { makePlan } from "../plan/plan.js";
import { predictLoss } from "../plan/predict/predict.js";
import { toJson } from "../results/json.js";
import { pageFor } from "../views/layout/page.js";
import { renderPlan } from "../views/terminal/plan.js";
import { printable } from "../base/printable.js";
import { repeatWith } from "../library/rerun-command.js";
import { defineCommand } from "./line/command.js";
import { onlyOperand } from "./line/operand.js";
import { readScenarioFiles } from "./line/scenario-files.js";
import { readSeed } from "./line/seed.js";

export const plan = defineCommand({
  name: "plan",
  summary: "print what a scenario would do, and touch nothing",
  operands: "FILE",
  about: [
    "Prints the timeline of a scenario: who sends what, which fault falls when and on whom, what is claimed, and what will be lost. " +
      "The same seed gives the same plan to `lossbound run`.",
  ],
  options: {
    seed: {
      value: "N",
      description: "The seed of the plan; drawn at random where it is not given.",
    },
    json: { description: "Print the plan as JSON." },
  },
  examples: [
    { does: "See what a scenario does:", command: "lossbound plan scenarios/consumer-kill.yaml" },
    {
      does: "See whom the seed 7 kills:",
      command: "lossbound plan --seed 7 scenarios/consumer-kill.yaml",
    },
  ],
  async run({ operands, options }, { stdout, env }) {
    const file = onlyOperand(operands, "a scenario file", "plan");
    const seed = readSeed(options.seed, "plan");
    for (const scenario of await readScenarioFiles([file], "plan")) {
      const planned = makePlan(scenario, seed);
      if (options.json) stdout.write(toJson({ ...planned, prediction: predictLoss(scenario) }));
      else {
        const page = pageFor(stdout, env);
        const command = repeatWith(file, seed, {}, scenario.sweep === undefined ? "run" : "sweep");
        // It is copied, so it is not wrapped.
        const runWith = `\n${page.palette("faint", "run with")}\n  ${printable(command)}\n`;
        stdout.write(renderPlan(planned, page) + runWith);
      }
    }
    return 0;
  },
});
