import { type Cause, causes } from "../scenario/scenario.js";
import { left, right } from "./columns.js";
import { inMarkdown, tableInMarkdown } from "./markdown-text.js";
import { formatCount, noNumber } from "./numbers.js";
import { printable } from "./printable.js";
import type { Result } from "./result.js";

/**
 * Results for a page on the web: a table of all of them, and below it each that has not held, with its
 * bounds. A single one has its bounds in any case.
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

function section({ scenario, verdict, claim, reasons, expectations, repeatWith }: Result): string[] {
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
    "",
    `    ${printable(repeatWith)}`,
  ];
}

function limit(count: number | null): string {
  return count === null ? noNumber : formatCount(count);
}
