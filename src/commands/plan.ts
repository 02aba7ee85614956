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
  summary: "print what a scenario would do, without running it",
  operands: "FILE",
  about: [
    "Prints the plan of a scenario: its load, when each fault hits which target, the claim, and the predicted loss. " +
      "`lossbound run` with the same seed follows the same plan.",
  ],
  options: {
    seed: {
      value: "N",
      description: "Seed of the plan (default: drawn at random)",
    },
    json: { description: "Print the plan as JSON" },
  },
  examples: [
    { does: "Show what a scenario does:", command: "lossbound plan scenarios/consumer-kill.yaml" },
    {
      does: "Show which workers are killed with seed 7:",
      command: "lossbound plan --seed 7 scenarios/consumer-kill.yaml",
    },
  ],
  async run({ operands, options }, { stdout, env }) {
    const file = onlyOperand(operands, "one scenario file", "plan");
    const seed = readSeed(options.seed, "plan");
    for (const scenario of await readScenarioFiles([file], "plan")) {
      const planned = makePlan(scenario, seed);
      if (options.json) stdout.write(toJson({ ...planned, prediction: predictLoss(scenario) }));
      else {
        const page = pageFor(stdout, env);
        const command = repeatWith(file, seed, {}, scenario.sweep === undefined ? "run" : "sweep");
        // Not wrapped, so that it can be copied.
        const runWith = `\n${page.palette("faint", "run with")}\n  ${printable(command)}\n`;
        stdout.write(renderPlan(planned, page) + runWith);
      }
    }
    return 0;
  },
});
