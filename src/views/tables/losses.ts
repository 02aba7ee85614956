import { type Cause, type Guarantee, causes } from "../../scenario/scenario.js";
import type { Palette } from "../layout/colors.js";
import { type Cell, cell, layRows, left, right } from "../layout/columns.js";
import { formatCount, formatMoment, formatPercent } from "../layout/numbers.js";
import type { Result } from "../../results/result.js";
import { unexplainedIn } from "../words/took.js";
import { causeInWords } from "../words/verdicts.js";

/** Renders how many messages reached each step, in order. */
export function passage({ messages }: Result, palette: Palette): string[] {
  const counts = [
    ["planned", messages.planned],
    ["sent", messages.sent],
    ["stored", messages.stored],
    ["received", messages.received],
    ["processed", messages.processed],
  ] as const;
  const steps = counts.map(
    ([name, count]) => `${palette("faint", name)} ${palette("strong", formatCount(count))}`,
  );
  return [`  ${steps.join(palette("faint", " → "))}`];
}

/**
 * Renders where the lost messages died. Causes without losses share one line with a count of 0,
 * since that no message died there is a finding too.
 */
export function lossSection(result: Result, palette: Palette): string[] {
  const { lost } = result.messages;
  const took = causes.filter((cause) => result.lostBy[cause] > 0);
  const known = result.lostBy.rejected;
  const silent = result.silentlyLost;
  const unexplained = unexplainedIn(result);
  const rows: Cell[][] = [
    [
      cell("lost", "strong"),
      cell(formatCount(lost), lost > 0 ? "strong" : "plain"),
      cell(`${formatPercent(result.lossRatio)} of what was sent`, "faint"),
    ],
    ...took.flatMap((cause) => [
      [
        cell(`  ${cause}`),
        cell(formatCount(result.lostBy[cause])),
        cell(lossInWords(cause, result), "faint"),
      ],
      ...(cause === "log" ? cutsInWords(result) : []).map((words) => [
        cell("    cut", "faint"),
        cell(""),
        cell(words, "faint"),
      ]),
    ]),
    ...(result.requestsUnlisted === 0
      ? []
      : [
          [
            cell("  unlisted", "faint"),
            cell(formatCount(result.requestsUnlisted), "faint"),
            cell("too many requests to list; refused messages in them count as in-transit", "faint"),
          ],
        ]),
    [cell(took.length === 0 ? "  anywhere" : "  elsewhere", "faint"), cell("0", "faint")],
    [
      cell("silently"),
      cell(formatCount(silent), silent > 0 ? "bad" : "plain"),
      cell("no error was reported", "faint"),
    ],
    [cell("knowingly"), cell(formatCount(known)), cell("the application got an error", "faint")],
    ...(lost === 0
      ? []
      : [
          [
            cell("unexplained"),
            cell(formatCount(unexplained), unexplained > 0 ? "bad" : "plain"),
            cell("no fault of the run explains them", "faint"),
          ],
        ]),
    ...otherFates(result).map(({ name, count, words }) => [
      cell(name),
      cell(formatCount(count), "doubtful"),
      cell(words, "faint"),
    ]),
  ];
  return layRows([left, right, left], rows, palette);
}

/** A broker that dies may truncate many partitions; result.json has all of them. */
const cutsShownMax = 6;

/**
 * Describes where brokers truncated the log, according to their own logs, which do not say what was
 * lost.
 */
export function cutsInWords({ truncations }: Result): string[] {
  const all = truncations ?? [];
  const words = all
    .slice(0, cutsShownMax)
    .map(
      ({ broker, partition, offset, at }) =>
        `broker ${broker} truncated partition ${partition} to offset ${formatCount(offset)} at ${formatMoment(at)}`,
    );
  const hidden = all.length - words.length;
  return hidden > 0 ? [...words, `… and ${formatCount(hidden)} more in result.json`] : words;
}

/**
 * Describes where messages of a cause died and, if refused, how many were only behind a refused
 * request.
 */
export function lossInWords(cause: Cause, { refusedBehind }: Result): string {
  const words = causeInWords(cause);
  return cause !== "refused" || refusedBehind === 0
    ? words
    : `${words}; ${formatCount(refusedBehind)} of them behind a refused request`;
}

interface OtherFate {
  name: string;
  count: number;
  words: string;
}

/**
 * Returns the non-zero counts of messages neither processed once nor lost, and of violations of the
 * guarantee.
 */
export function otherFates({ messages, violations, guarantee }: Result): OtherFate[] {
  const forbids = guarantee === "at-most-once";
  const counts: [name: string, count: number, words: string][] = [
    ["unsent", messages.unsent, "planned, but its producer never got to it"],
    ["duplicated", messages.duplicated, duplicatedInWords(guarantee)],
    ["unread", messages.unread, "in the log and not committed, so not lost"],
    ["indeterminate", messages.indeterminate, "its commit is in doubt, and its copy is gone"],
    ["began before its commit", forbids ? violations.beganBeforeCommit : 0, "forbidden by at-most-once"],
    ["began twice", violations.beganTwice, forbids ? "forbidden by at-most-once" : "its handler ran again"],
    [
      "stored twice",
      violations.storedTwice,
      guarantee === "at-least-once" ? "extra copies in the log" : `forbidden by ${guarantee}`,
    ],
  ];
  return counts.filter(([, count]) => count > 0).map(([name, count, words]) => ({ name, count, words }));
}

function duplicatedInWords(guarantee: Guarantee): string {
  switch (guarantee) {
    case "at-most-once":
      return "processed more than once: the guarantee is broken";
    case "at-least-once":
      return "processed more than once, as the guarantee allows";
    case "effectively-once":
      return "in the output more than once: the guarantee is broken";
  }
}
