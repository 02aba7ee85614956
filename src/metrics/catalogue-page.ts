import { type Metric, catalogue, latencyPowers } from "./catalogue.js";
import { commonLabels, labelValues } from "./labels.js";

const heads = ["metric", "type", "meaning", "unit", "labels", "changes"];

/** Renders the metrics and their labels as Markdown, for docs/metrics.md. */
export function renderMetrics(): string {
  const metrics: readonly Metric[] = Object.values(catalogue);
  return [
    "# Metrics",
    "",
    "Generated from `catalogue.ts` and `labels.ts` in `src/metrics` by `npm run metrics`; do not edit it.",
    "",
    rowOf(heads),
    rowOf(heads.map(() => "---")),
    ...metrics.map((metric) => rowOf(cellsOf(metric))),
    "",
    "A metric that changes _live_ is read from the black boxes during the run. A metric that changes _on proof_ changes when",
    "something is proved, and never decreases: for losses, at the death of a killed consumer that had committed over them,",
    "or else at the end of the run. _At the end_, every counter has the total of the ledger.",
    "",
    "Metrics do not affect verdicts. With metrics, an auditor follows the log, so that `stored` is live. If the scenario",
    "itself does not need this witness, the auditor only watches, and any message that it misses is added by the scan.",
    "",
    "A fault may be shorter than the time between two scrapes. So each scraper gets what was in force at any time since its",
    "own last scrape: `lossbound_fault_active` is 1 in the first scrape after even a short fault, and `max_over_time` over",
    "a step shows it. Scrapers are identified by address and `User-Agent`, so they do not affect each other: neither a second",
    "Prometheus on another machine nor a request with curl. Two scrapers that share both count as one, and a fault reported",
    "to one may be missed by the other. A new scraper and a Pushgateway get what is in force now. A HEAD request does not",
    "count as a scrape, nor does a response that was not delivered.",
    "",
    "`lossbound_run_info` appears when its run starts, since the versions are not known before. All other series exist",
    "from the first scrape on, with the value 0.",
    "",
    "## The course of a run",
    "",
    "Every run writes `metrics.om` to its folder: all these series over the whole run, as OpenMetrics text with timestamps,",
    "with one sample at the beginning, and one per second from the first message on. The fate of a message is counted at the",
    "second of its _send_, even if it was known later, so that a loss appears where the fault was. Commits, joins, latency, lag",
    "and violations are stored without a time, and have a single sample at the end. A run of more than a quarter of an hour has",
    "a sample every few seconds. Any Prometheus can load it:",
    "",
    "    promtool tsdb create-blocks-from openmetrics lossbound-results/consumer-kill/metrics.om DATA",
    "",
    "## Labels",
    "",
    `Every series has the labels ${commonLabels.map(code).join(", ")}, and those of its metric.`,
    "No label contains the name of a message, an offset, a process or a run.",
    "",
    rowOf(["label", "values"]),
    rowOf(["---", "---"]),
    ...Object.entries(labelValues).map(([name, says]) =>
      rowOf([code(name), typeof says === "string" ? says : says.map(code).join(", ")]),
    ),
    "",
    `The upper limits of the latency buckets are powers of two of a microsecond: \`le\` is ${latencyPowers.map((power) => code(String(2 ** power / 1e6))).join(", ")}, and \`+Inf\`.`,
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
