import { renderExplanation } from "../views/terminal/explanation.js";
import { toJson } from "../results/json.js";
import { renderLost } from "../views/terminal/lost.js";
import { pageFor } from "../views/layout/page.js";
import { nearest } from "../base/nearest.js";
import { type Cause, causes } from "../scenario/scenario.js";
import { defineCommand } from "./line/command.js";
import { usageError } from "./line/usage-error.js";

export const explain = defineCommand({
  name: "explain",
  summary: "show what happened to one message of a stored run, or list lost messages",
  operands: "DIR [MESSAGE]",
  about: [
    "Reads the files of a run, checks them as `lossbound judge` does, and shows what happened to one message: when it " +
      "was sent and by which life, what each witness saw of it, and which witness decides its fate. A message is " +
      "named by its producer and its number there, such as 0:1234; with only one producer, the number is enough.",
    "With --lost, lists the lost messages by cause and time of sending: 0:1200-1299 is a hundred messages, and " +
      `0:1200-1299/3 is every third of them. The causes are ${causes.join(", ")}.`,
    "Exits with 0 if it could print this, regardless of the verdict.",
  ],
  options: {
    lost: { description: "List the lost messages" },
    cause: { value: "CAUSE", description: "With --lost, list only the messages lost by this cause" },
    json: { description: "Print the output as JSON" },
  },
  examples: [
    {
      does: "Show what happened to a message:",
      command: "lossbound explain lossbound-results/consumer-kill 0:1234",
    },
    {
      does: "List the messages lost in the handler and when they were sent:",
      command: "lossbound explain --lost --cause in-processing lossbound-results/consumer-kill",
    },
  ],
  async run({ operands, options }, { stdout, env }) {
    const [folder, message] = operands;
    const only = readCause(options.cause);
    const problems = [
      ...(folder === undefined ? ["explain requires the folder of a run"] : []),
      ...(operands.length > 2
        ? [`explain expects a folder and a message, got ${operands.length} operands`]
        : []),
      ...(options.lost && message !== undefined
        ? [`--lost lists all lost messages; leave out "${message}"`]
        : []),
      ...(only !== undefined && !options.lost ? ["--cause requires --lost"] : []),
      ...(folder !== undefined && message === undefined && !options.lost
        ? ["explain requires a message, such as 0:1234, or --lost"]
        : []),
    ];
    if (problems.length > 0) throw usageError(problems, "explain");
    const { explainMessage, listLostOf } = await import("../library/explain.js");
    const page = pageFor(stdout, env);
    if (message === undefined) {
      const list = await listLostOf(folder!, only);
      stdout.write(options.json ? toJson(list) : renderLost(list, page));
    } else {
      const explanation = await explainMessage(folder!, message);
      stdout.write(options.json ? toJson(explanation) : renderExplanation(explanation, page));
    }
    return 0;
  },
});

function readCause(written: string | undefined): Cause | undefined {
  if (written === undefined) return undefined;
  const cause = causes.find((one) => one === written);
  if (cause !== undefined) return cause;
  const near = nearest(written, causes);
  const advice = near === undefined ? `expected one of ${causes.join(", ")}` : `did you mean "${near}"?`;
  throw usageError([`--cause: unknown cause "${written}"; ${advice}`], "explain");
}
