import { join } from "node:path";

/** The page of a run in its folder, and that of several runs beside their folders. */
export const reportName = "report.html";

/** Where a curve is written, as JSON and as CSV: beside the folders of its runs. */
export function curveFiles(out: string, scenario: string): [json: string, csv: string] {
  return [join(out, `${scenario}.sweep.json`), join(out, `${scenario}.sweep.csv`)];
}

/** Where the result of all trials is written: beside the folders of the trials. */
export function repeatFile(out: string, scenario: string): string {
  return join(out, `${scenario}.repeat.json`);
}
