import type { LiveReport, LiveStream } from "./report.js";
import { inFlightOrLost, phaseInWords, provedLost } from "./words.js";
import { formatClock, formatCount, formatPerSecond } from "../layout/numbers.js";
import { openPace, type Rates } from "./pace.js";
import { printable } from "../../base/printable.js";
import type { LiveView } from "../../experiment/progress.js";

/** Time between two lines of progress, in milliseconds of the run. */
const everyMs = 2_000;

/**
 * Reports progress as lines of text for a log: each phase as it begins, and a line every two
 * seconds.
 */
export function liveLines(stream: Pick<LiveStream, "write">): LiveReport {
  const pace = openPace();
  let last: LiveView | undefined;
  let nextMs = everyMs;
  const print = (line: string) => stream.write(`${line}\n`);

  return {
    line: (text) => void print(printable(text)),
    live(view) {
      const rates = pace(view);
      const name = printable(view.scenario);
      if (view.scenario !== last?.scenario || view.phase !== last.phase) {
        print(`${name}: ${phaseInWords(view.phase)}`);
      }
      if (view.scenario !== last?.scenario) nextMs = everyMs;
      last = view;
      if (view.elapsedMs < nextMs) return;
      nextMs = (Math.floor(view.elapsedMs / everyMs) + 1) * everyMs;
      print(`${name}: ${progressLine(view, rates)}`);
    },
    clear() {},
    [Symbol.dispose]() {},
  };
}

function progressLine(view: LiveView, rates: Rates | undefined): string {
  const lost = provedLost(view);
  return [
    formatClock(view.elapsedMs),
    `sent ${formatCount(view.sent)} of ${formatCount(view.planned)}${rates ? ` (${formatPerSecond(rates.sent)})` : ""}`,
    ...(view.rejected > 0 ? [`rejected ${formatCount(view.rejected)}`] : []),
    `received ${formatCount(view.received)}`,
    `processed ${formatCount(view.processed)}${rates ? ` (${formatPerSecond(rates.processed)})` : ""}`,
    `in flight or lost ${formatCount(inFlightOrLost(view))}`,
    ...(lost.count > 0 ? [`proved lost ${formatCount(lost.count)} (${lost.causes})`] : []),
    ...(view.faultsOn.length > 0 ? [`fault on: ${view.faultsOn.map(printable).join(", ")}`] : []),
  ].join(", ");
}
