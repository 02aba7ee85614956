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
  summary: "say what is installed, what is missing, and what was left behind",
  operands: "",
  about: [
    "Looks at what a local run needs, at what is cached, and at what runs left behind that were killed together with " +
      "their warden. It changes nothing, unless --clean is given. Exit code 3 means that a local run could not start.",
  ],
  options: {
    clean: { description: "Take away what killed runs left behind." },
    json: { description: "Print what was found as JSON." },
  },
  examples: [
    { does: "See whether a local run can start:", command: "lossbound doctor" },
    { does: "Take away what killed runs left behind:", command: "lossbound doctor --clean" },
  ],
  async run({ operands, options }, { stdout, env }) {
    if (operands.length > 0) throw usageError(["doctor takes no operands"], "doctor");
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
