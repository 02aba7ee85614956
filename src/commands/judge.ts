import { messageOf } from "../base/errors.js";
import { toJson } from "../results/json.js";
import { resultsAsMarkdown } from "../views/ci/markdown.js";
import { pageFor } from "../views/layout/page.js";
import type { Result } from "../results/result.js";
import { renderSummary } from "../views/terminal/summary.js";
import { renderResult } from "../views/terminal/result.js";
import { defineCommand } from "./line/command.js";
import { exitCodeOfVerdicts } from "./session/exit-code-of-verdicts.js";
import { gateOptions, openGate } from "./session/gate.js";
import { onlyOperand } from "./line/operand.js";

export const judge = defineCommand({
  name: "judge",
  summary: "judge a stored run again, or all runs in a folder, offline",
  operands: "DIR",
  about: [
    "Reads the black boxes and the event file of a run, merges them, and judges the run as `lossbound run` did. " +
      "The same evidence gives the same result. Also rewrites metrics.om, the run's metrics over time for Prometheus.",
    "Judges each run in a folder of several runs; the exit code is that of the most serious verdict, as for " +
      "`lossbound run`.",
  ],
  options: {
    json: { description: "Print the result as JSON, or an array for a folder of runs" },
    ...gateOptions,
  },
  examples: [
    {
      does: "Judge a stored run again:",
      command: "lossbound judge lossbound-results/consumer-kill",
    },
    { does: "Judge all runs in a folder again:", command: "lossbound judge lossbound-results" },
  ],
  async run({ operands, options }, shell) {
    const { stdout, stderr, env } = shell;
    const folder = onlyOperand(operands, "the folder of a run or a folder of runs", "judge");
    const { junit, markdown } = options;
    const gate = openGate({ junit, markdown, files: [], summary: resultsAsMarkdown }, shell, "judge");
    const { judgeStored, writeCourse } = await import("../library/judge.js");
    const { storedRunsAt } = await import("../store/stored-runs.js");
    const page = pageFor(stdout, env);
    const results: Result[] = [];
    try {
      const { folders, several } = storedRunsAt(folder);
      for (const run of folders) {
        const judged = await judgeStored(run);
        results.push(judged.result);
        gate.take(judged.result);
        await writeCourse(run, judged).catch((error: unknown) => {
          // A folder without write permission can still be judged.
          stderr.write(`lossbound: ${messageOf(error)}\n`);
        });
        if (!options.json) stdout.write(renderResult(judged.result, run, page) + (several ? "\n" : ""));
      }
      if (options.json) stdout.write(toJson(several ? results : results[0]!));
      else if (several) stdout.write(renderSummary(results, folder, page));
    } catch (error) {
      gate.close(error);
      throw error;
    }
    gate.close();
    return exitCodeOfVerdicts(results.map(({ verdict }) => verdict));
  },
});
