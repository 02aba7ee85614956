import { messageOf } from "../base/errors.js";
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
      "The same evidence gives the same result. It also writes metrics.om, the course of the run for Prometheus, anew.",
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
  async run({ operands, options }, { stdout, stderr, env }) {
    const folder = onlyOperand(operands, "the folder of a run", "judge");
    const { judgeStored, writeCourse } = await import("../judge-folder.js");
    const judged = await judgeStored(folder);
    const { result } = judged;
    await writeCourse(folder, judged).catch((error: unknown) => {
      // A folder that is only read can be judged all the same.
      stderr.write(`lossbound: ${messageOf(error)}\n`);
    });
    stdout.write(options.json ? toJson(result) : renderResult(result, folder, pageFor(stdout, env)));
    return exitCodeOfVerdicts([result.verdict]);
  },
});
