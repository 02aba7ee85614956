import { printable } from "../base/printable.js";
import { defineCommand } from "./line/command.js";
import { onlyOperand } from "./line/operand.js";

export const report = defineCommand({
  name: "report",
  summary: "write the HTML report of a stored run, or of all runs in a folder",
  operands: "DIR",
  about: [
    "Reads the files of a run, judges them as `lossbound judge` does, and writes report.html beside them: a single " +
      "page that works offline. For a folder of several runs, writes a page for each run, and a report.html in the " +
      "folder that shows the loss of all runs against their throughput.",
    "Prints the paths of the pages. Exits with 0 if they were written, regardless of the verdicts.",
  ],
  options: {},
  examples: [
    { does: "Write the page of one run:", command: "lossbound report lossbound-results/consumer-kill" },
    {
      does: "Write the pages of all runs in a folder, and one that shows all of them:",
      command: "lossbound report lossbound-results",
    },
  ],
  async run({ operands }, { stdout }) {
    const folder = onlyOperand(operands, "the folder of a run or a folder of runs", "report");
    const { writeReport } = await import("../library/report.js");
    const pages = await writeReport(folder);
    stdout.write(pages.map((page) => `${printable(page)}\n`).join(""));
    return 0;
  },
});
