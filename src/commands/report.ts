import { printable } from "../base/printable.js";
import { defineCommand } from "./line/command.js";
import { onlyOperand } from "./line/operand.js";

export const report = defineCommand({
  name: "report",
  summary: "make the page of a stored run again",
  operands: "DIR",
  about: [
    "Reads the files of a run, judges them as `lossbound judge` does, and writes report.html beside them: one page " +
      "that needs no network. In a folder of several runs, each gets its page, and report.html in the folder " +
      "shows the loss of all of them against their throughput.",
    "Prints the pages that were written. The exit code is 0 when they were, whatever the verdicts are.",
  ],
  options: {},
  examples: [
    { does: "Make the page of one run:", command: "lossbound report lossbound-results/consumer-kill" },
    {
      does: "Make those of all runs in a folder, and one of all:",
      command: "lossbound report lossbound-results",
    },
  ],
  async run({ operands }, { stdout }) {
    const folder = onlyOperand(operands, "the folder of a run, or of several", "report");
    const { writeReport } = await import("../library/report.js");
    const pages = await writeReport(folder);
    stdout.write(pages.map((page) => `${printable(page)}\n`).join(""));
    return 0;
  },
});
