import { toJson } from "../report/json.js";
import { pageFor } from "../report/page.js";
import { renderResult } from "../report/terminal.js";
import { defineCommand } from "./command.js";
import { exitCodeOfVerdicts } from "./exit-code-of-verdicts.js";
import { onlyOperand } from "./operand.js";

export const judge = defineCommand({
  name: "judge",
  summary: "judge a stored run again, offline",
  operands: "DIR",
  about: [
    "Reads the black boxes and the event file of a run, merges them again, and judges them as `lossbound run` did. " +
      "The same evidence gives the same result.",
  ],
  options: {
    json: { description: "Print the result as JSON." },
  },
  examples: [
    {
      does: "Judge a stored run again:",
      command: "lossbound judge lossbound-results/consumer-kill",
    },
  ],
  async run({ operands, options }, { stdout, env }) {
    const folder = onlyOperand(operands, "the folder of a run", "judge");
    const { judgeFolder } = await import("../judge-folder.js");
    const result = await judgeFolder(folder);
    stdout.write(options.json ? toJson(result) : renderResult(result, folder, pageFor(stdout, env)));
    return exitCodeOfVerdicts([result.verdict]);
  },
});
