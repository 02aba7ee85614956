import { messageOf } from "../base/errors.js";
import { toJson } from "../report/json.js";
import { resultsAsMarkdown } from "../report/markdown.js";
import { pageFor } from "../report/page.js";
import { renderResult } from "../report/terminal.js";
import { defineCommand } from "./command.js";
import { exitCodeOfVerdicts } from "./exit-code-of-verdicts.js";
import { gateOptions, openGate } from "./gate.js";
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
    ...gateOptions,
  },
  examples: [
    {
      does: "Judge a stored run again:",
      command: "lossbound judge lossbound-results/consumer-kill",
    },
  ],
  async run({ operands, options }, shell) {
    const { stdout, stderr, env } = shell;
    const folder = onlyOperand(operands, "the folder of a run", "judge");
    const { junit, markdown } = options;
    const gate = openGate({ junit, markdown, files: [], summary: resultsAsMarkdown }, shell, "judge");
    const { judgeStored, writeCourse } = await import("../judge-folder.js");
    const judged = await judgeStored(folder).catch((error: unknown) => {
      gate.close(error);
      throw error;
    });
    const { result } = judged;
    gate.take(result);
    await writeCourse(folder, judged).catch((error: unknown) => {
      // A folder that is only read can be judged all the same.
      stderr.write(`lossbound: ${messageOf(error)}\n`);
    });
    stdout.write(options.json ? toJson(result) : renderResult(result, folder, pageFor(stdout, env)));
    gate.close();
    return exitCodeOfVerdicts([result.verdict]);
  },
});
