import { exitCode } from "../base/errors.js";
import { diagnose, type Diagnosis } from "../environment/local/diagnose.js";
import { clearLeftovers } from "../processes/leftovers.js";
import { isMissing, renderCleared, renderDiagnosis } from "../views/terminal/doctor.js";
import { toJson } from "../results/json.js";
import { pageFor } from "../views/layout/page.js";
import { defineCommand } from "./line/command.js";
import { usageError } from "./line/usage-error.js";

export const doctor = defineCommand({
  name: "doctor",
  summary: "check the local setup and list leftovers of killed runs",
  operands: "",
  about: [
    "Checks what a local run needs, what is cached, and what was left behind by runs that were killed together with " +
      "their warden. Changes nothing unless --clean is given. Exits with 3 if a local run cannot start.",
  ],
  options: {
    clean: { description: "Remove leftovers of killed runs" },
    json: { description: "Print the diagnosis as JSON" },
  },
  examples: [
    { does: "Check whether a local run can start:", command: "lossbound doctor" },
    { does: "Remove leftovers of killed runs:", command: "lossbound doctor --clean" },
  ],
  async run({ operands, options }, { stdout, env }) {
    if (operands.length > 0) {
      throw usageError([`doctor expects no operands, got "${operands.join(" ")}"`], "doctor");
    }
    const cleared = options.clean ? await clearLeftovers() : [];
    const diagnosis = await diagnose();
    if (options.json) stdout.write(toJson(options.clean ? { ...diagnosis, cleared } : diagnosis));
    else {
      if (options.clean) stdout.write(`${renderCleared(cleared)}\n`);
      stdout.write(renderDiagnosis(diagnosis, pageFor(stdout, env)));
    }
    return isFit(diagnosis) ? 0 : exitCode.couldNotRun;
  },
});

function isFit({ node, tools }: Diagnosis): boolean {
  return node.isGoodEnough && !tools.some(isMissing);
}
