import { type Metric, catalogue, latencyPowers } from "./catalogue.js";
import { commonLabels, labelValues } from "./labels.js";

const heads = ["metric", "type", "the question", "unit", "labels", "moves"];

/** The metrics and their labels, as Markdown: docs/metrics.md. */
export function renderMetrics(): string {
  const metrics: readonly Metric[] = Object.values(catalogue);
  return [
    "# Metrics",
    "",
    "Made from `catalogue.ts` and `labels.ts` in `src/metrics` by `npm run metrics`; do not edit it.",
    "",
    rowOf(heads),
    rowOf(heads.map(() => "---")),
    ...metrics.map((metric) => rowOf(cellsOf(metric))),
    "",
    "What moves _live_ is read from the black boxes as the run goes on. What moves _on proof_ moves when something",
    "is proved, and never goes back: what killed consumers had committed over at their death, all other losses at the",
    "end of the run. _At the end_ every counter is what the ledger has in total.",
    "",
    "Metrics change no verdict. What is stored is live because an auditor follows the log as soon as metrics are asked",
    "for; where the scenario itself needs no such witness he only watches, and whatever he misses moves with the scan.",
    "",
    "A fault may be shorter than the time between two scrapes. So each scraper is told what was in force at any time",
    "since its own last scrape: `lossbound_fault_active` is 1 in the first scrape behind a fault, however short that was,",
    "and `max_over_time` over a step sees it. A scraper is who comes from one address with one `User-Agent`. Others take",
    "nothing from it: not a second Prometheus on another machine, nor somebody with curl. Two that share both are one",
    "scraper, and what the one was told the other may miss. Who comes for the first time, and a Pushgateway, is told what",
    "is in force now. A HEAD request, and one whose answer did not get through, is no scrape.",
    "",
    "`lossbound_run_info` comes with its run: what that is made on is not known before. All other series are there, at 0,",
    "from the first scrape on.",
    "",
    "## The course of a run",
    "",
    "Every run leaves `metrics.om` in its folder: all these series over the whole run, as OpenMetrics text with time stamps:",
    "a sample at its beginning, and one a second from the first message on. In it, what became of a message is booked at the second of its _sending_, however late it was",
    "known: a loss stands where the fault was. Commits, joins, latency, lag and violations, which have no time of their own,",
    "have one sample, at the end. A run of more than a quarter of an hour has a sample each few seconds. Any Prometheus takes it:",
    "",
    "    promtool tsdb create-blocks-from openmetrics lossbound-results/consumer-kill/metrics.om DATA",
    "",
    "## Labels",
    "",
    `Every series has the labels ${commonLabels.map(code).join(", ")}, and those that its metric names.`,
    "No label has the name of a message, an offset, a process or a run.",
    "",
    rowOf(["label", "says"]),
    rowOf(["---", "---"]),
    ...Object.entries(labelValues).map(([name, says]) =>
      rowOf([code(name), typeof says === "string" ? says : says.map(code).join(", ")]),
    ),
    "",
    `The buckets of the latency end at powers of two of a microsecond: \`le\` is ${latencyPowers.map((power) => code(String(2 ** power / 1e6))).join(", ")}, and \`+Inf\`.`,
    "",
  ].join("\n");
}

function cellsOf({ name, type, help, unit, labels, moves }: Metric): string[] {
  return [code(name), type, help, unit, labels.map(code).join(", "), moves];
}

function code(text: string): string {
  return `\`${text}\``;
}

function rowOf(cells: readonly string[]): string {
  return `| ${cells.join(" | ")} |`;
}
