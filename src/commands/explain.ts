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
  summary: "tell the life of one message of a stored run, or list the lost ones",
  operands: "DIR [MESSAGE]",
  about: [
    "Reads the files of a run, checks them as `lossbound judge` does, and tells what became of one message: when it " +
      "was sent, by which life, what each witness saw of it, and which of them decides on its fate. A message is " +
      "called by its producer and its number there, such as 0:1234; with one producer the number is enough.",
    "With --lost, lists the lost messages by cause and time of sending; 0:1200-1299 are a hundred of them, 0:1200-1299/3 every third.",
    "The exit code is 0 when it was told, whatever the verdict is.",
  ],
  options: {
    lost: { description: "List the lost messages." },
    cause: { value: "CAUSE", description: `With --lost, only those of ${causes.join(", ")}.` },
    json: { description: "Print it as JSON." },
  },
  examples: [
    {
      does: "What became of a message:",
      command: "lossbound explain lossbound-results/consumer-kill 0:1234",
    },
    {
      does: "Which messages died in the handler, and when they were sent:",
      command: "lossbound explain --lost --cause in-processing lossbound-results/consumer-kill",
    },
  ],
  async run({ operands, options }, { stdout, env }) {
    const [folder, message] = operands;
    const only = readCause(options.cause);
    const problems = [
      ...(folder === undefined ? ["explain needs the folder of a run"] : []),
      ...(operands.length > 2
        ? [`explain takes a folder and a message, and found ${operands.length} operands`]
        : []),
      ...(options.lost && message !== undefined ? ["--lost lists all messages, and takes none"] : []),
      ...(only !== undefined && !options.lost ? ["--cause needs --lost"] : []),
      ...(folder !== undefined && message === undefined && !options.lost
        ? ["explain needs a message, such as 0:1234, or --lost"]
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
  const advice = near === undefined ? `must be ${causes.join(", ")}` : `did you mean ${near}?`;
  throw usageError([`--cause is "${written}"; ${advice}`], "explain");
}
