import { type Cause, type Guarantee, causes } from "../../scenario/scenario.js";
import type { Palette } from "../layout/colors.js";
import { type Cell, cell, layRows, left, right } from "../layout/columns.js";
import { formatCount, formatMoment, formatPercent } from "../layout/numbers.js";
import type { Result } from "../../results/result.js";
import { unexplainedIn } from "../words/took.js";
import { causeInWords } from "../words/verdicts.js";

/** How far the messages came, in the order in which they pass. */
export function passage({ messages }: Result, palette: Palette): string[] {
  const places = [
    ["planned", messages.planned],
    ["sent", messages.sent],
    ["stored", messages.stored],
    ["received", messages.received],
    ["processed", messages.processed],
  ] as const;
  const steps = places.map(
    ([name, count]) => `${palette("faint", name)} ${palette("strong", formatCount(count))}`,
  );
  return [`  ${steps.join(palette("faint", " → "))}`];
}

/**
 * Where the lost ones died. A cause that took none has no line of its own; one line at the end says
 * so of all of them, since a place that was looked at and found empty is a finding too.
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
            cell("requests too many to list: refused ones among them count as in-transit", "faint"),
          ],
        ]),
    [cell(took.length === 0 ? "  anywhere" : "  elsewhere", "faint"), cell("0", "faint")],
    [
      cell("silently"),
      cell(formatCount(silent), silent > 0 ? "bad" : "plain"),
      cell("nobody was told", "faint"),
    ],
    [cell("knowingly"), cell(formatCount(known)), cell("the application could know", "faint")],
    ...(lost === 0
      ? []
      : [
          [
            cell("unexplained"),
            cell(formatCount(unexplained), unexplained > 0 ? "bad" : "plain"),
            cell("no fault of the run took them", "faint"),
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

/** Each broker that dies may cut many partitions; a person reads the first ones. */
const cutsShownMax = 6;

/** Where brokers cut the log, by their own words, a line each: what they lost of it is not said in them. */
export function cutsInWords({ truncations }: Result): string[] {
  const all = truncations ?? [];
  const words = all
    .slice(0, cutsShownMax)
    .map(
      ({ broker, partition, offset, at }) =>
        `broker ${broker} cut partition ${partition} back to offset ${formatCount(offset)} at ${formatMoment(at)}`,
    );
  const hidden = all.length - words.length;
  return hidden > 0 ? [...words, `… and ${formatCount(hidden)} more in result.json`] : words;
}

/** Where these died; of the refused, how many only stood behind a refused request. */
export function lossInWords(cause: Cause, { refusedBehind }: Result): string {
  const words = causeInWords(cause);
  return cause !== "refused" || refusedBehind === 0
    ? words
    : `${words}; ${formatCount(refusedBehind)} of them behind such a request`;
}

interface OtherFate {
  name: string;
  count: number;
  words: string;
}

/** What is neither processed once nor lost, and what the guarantee forbids; only where there is any. */
export function otherFates({ messages, violations, guarantee }: Result): OtherFate[] {
  const forbids = guarantee === "at-most-once";
  const counts: [name: string, count: number, words: string][] = [
    ["unsent", messages.unsent, "planned, its producer never came to it"],
    ["duplicated", messages.duplicated, duplicatedInWords(guarantee)],
    ["unread", messages.unread, "in the log, not committed: not lost"],
    ["indeterminate", messages.indeterminate, "a commit in doubt, and the copy gone"],
    ["began before its commit", forbids ? violations.beganBeforeCommit : 0, "forbidden by at-most-once"],
    ["began twice", violations.beganTwice, forbids ? "forbidden by at-most-once" : "a handler ran again"],
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
