import { type Cause, causes } from "../../scenario/scenario.js";
import { left, right } from "../layout/columns.js";
import { inMarkdown, tableInMarkdown } from "../layout/markdown-text.js";
import { formatCount, noNumber } from "../layout/numbers.js";
import { printable } from "../../base/printable.js";
import type { Result } from "../../results/result.js";
import { tookInWords } from "../words/took.js";

/** A fault may occur a thousand times; result.json has all of them. */
const shownMax = 12;

/**
 * Renders results as Markdown: a table of all results, then each one that has not held with its
 * bounds. A single result is always shown with its bounds.
 */
export function resultsAsMarkdown(results: readonly Result[]): string {
  const wanted = results.length === 1 ? results : results.filter(({ verdict }) => verdict !== "held");
  return [
    "# lossbound",
    "",
    ...summary(results),
    ...wanted.flatMap((result) => ["", ...section(result)]),
    "",
  ].join("\n");
}

function summary(results: readonly Result[]): string[] {
  if (results.length === 0) return ["Nothing was judged."];
  return tableInMarkdown(
    [left, left, right, right, right, left],
    [
      ["scenario", "verdict", "sent", "lost", "silently", "where"],
      ...results.map(({ scenario, verdict, messages, silentlyLost, lostBy }) => [
        scenario,
        verdict,
        formatCount(messages.sent),
        formatCount(messages.lost),
        formatCount(silentlyLost),
        causes.flatMap((cause) => amount(cause, lostBy)).join(", "),
      ]),
    ],
  );
}

function amount(cause: Cause, lostBy: Result["lostBy"]): string[] {
  return lostBy[cause] > 0 ? [`${cause} ${formatCount(lostBy[cause])}`] : [];
}

function section(result: Result): string[] {
  const { scenario, verdict, claim, reasons, expectations, repeatWith } = result;
  return [
    `## ${inMarkdown(scenario)}: ${verdict}`,
    "",
    ...(printable(claim) === "" ? [] : [inMarkdown(claim), ""]),
    ...reasons.map((reason) => `- ${inMarkdown(reason)}`),
    ...(reasons.length === 0 ? [] : [""]),
    ...tableInMarkdown(
      [left, right, right, right, left],
      [
        ["expected", "at least", "at most", "observed", "verdict"],
        ...expectations.map(({ name, min, max, observed, verdict: one }) => [
          name,
          limit(min),
          limit(max),
          formatCount(observed),
          one,
        ]),
      ],
    ),
    ...took(result),
    "",
    `    ${printable(repeatWith)}`,
  ];
}

/** Renders the faults that took messages, and the loss that no fault explains. */
function took(result: Result): string[] {
  const { faults, messages } = result;
  if (messages.lost === 0) return [];
  const able = faults.filter((fault) => causes.some((cause) => fault.lostBy[cause] > 0));
  const rows = able.slice(0, shownMax).map((fault) => [`${fault.kind} on ${fault.on}`, tookInWords(fault)]);
  const hidden = able.length - rows.length;
  const more = hidden > 0 ? [[`${formatCount(hidden)} more`, "see result.json"]] : [];
  const unexplained = ["no fault", tookInWords({ lostBy: result.unexplained })];
  return ["", ...tableInMarkdown([left, left], [["fault", "took"], ...rows, ...more, unexplained])];
}

function limit(count: number | null): string {
  return count === null ? noNumber : formatCount(count);
}
