import { cell, layRows, left, right } from "../layout/columns.js";
import type { LostByCause, LostList, LostMessages } from "../../results/lost-list.js";
import { formatCount, formatMessages, formatMoment, noNumber } from "../layout/numbers.js";
import type { Page } from "../layout/page.js";
import { printable } from "../../base/printable.js";
import { causeInWords } from "../words/verdicts.js";

/** Number of lines shown per cause; `--json` has all of them. */
const linesMax = 40;

/** Renders the lost messages, with a section per cause and a line per range of messages. */
export function renderLost({ scenario, lost, causes }: LostList, { palette }: Page): string {
  const sections = causes.flatMap((each) => ["", ...sectionOf(each, palette)]);
  return [`${palette("strong", printable(scenario))}  ${formatMessages(lost)} lost`, ...sections, ""].join(
    "\n",
  );
}

function sectionOf({ cause, lost, ranges }: LostByCause, palette: Page["palette"]): string[] {
  const heads = ["messages", "lost", "sent after", "by"].map((head) => cell(head, "faint"));
  const rows = ranges.slice(0, linesMax).map(rowOf);
  const more = ranges.length - rows.length;
  return [
    `${palette("strong", cause)}  ${formatCount(lost)}, ${causeInWords(cause)}`,
    ...(ranges.length === 0 ? [] : layRows([left, right, right, right], [heads, ...rows], palette)),
    ...(more > 0 ? [`  … and ${formatCount(more)} more lines; --json prints all of them`] : []),
  ];
}

function rowOf({ messages, lost, sentFrom, sentUntil }: LostMessages) {
  return [
    cell(messages, "strong"),
    cell(formatCount(lost)),
    cell(formatMoment(sentFrom)),
    cell(sentUntil === null ? noNumber : formatMoment(sentUntil)),
  ];
}
