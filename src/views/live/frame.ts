import { type Cell, cell } from "../layout/columns.js";
import { inFlightOrLost, phaseInWords, provedLost } from "./words.js";
import { formatClock, formatCount, formatPerSecond } from "../layout/numbers.js";
import type { Rates } from "./pace.js";
import { printable } from "../../base/printable.js";
import type { LiveView } from "../../experiment/progress.js";

const barWidthMax = 30;

/** Returns the rows of the live view. Each row is cut to the width when it is drawn. */
export function liveFrame(view: LiveView, rates: Rates | undefined, width: number): Cell[][] {
  const lost = provedLost(view);
  const heading = [cell(printable(view.scenario), "strong"), cell("  "), cell(phaseInWords(view.phase))];
  if (view.phase === "starting") return [heading];
  return [
    [...heading, cell(`  ${formatClock(view.elapsedMs)}`, "faint")],
    [...figure("sent", view.sent, rates?.sent), cell(`  ${bar(view, width)}`, "faint")],
    ...(view.rejected > 0 ? [figure("rejected", view.rejected)] : []),
    figure("received", view.received, rates?.received),
    figure("processed", view.processed, rates?.processed),
    figure("in flight or lost", inFlightOrLost(view)),
    ...(lost.count > 0 ? [[...figure("proved lost", lost.count), cell(`  ${lost.causes}`, "bad")]] : []),
    ...(view.faultsOn.length > 0
      ? [[cell("  fault on           ", "faint"), cell(view.faultsOn.map(printable).join(", "), "doubtful")]]
      : []),
  ];
}

function figure(name: string, count: number, perSecond?: number): Cell[] {
  return [
    cell(`  ${name.padEnd("in flight or lost".length)}  `, "faint"),
    cell(formatCount(count).padStart("1,000,000".length), "strong"),
    ...(perSecond === undefined ? [] : [cell(formatPerSecond(perSecond).padStart("100,000/s".length + 2))]),
  ];
}

/**
 * Draws the share of planned messages that were sent. A narrow terminal gets only the percentage.
 */
function bar({ sent, planned }: LiveView, width: number): string {
  const share = planned > 0 ? Math.min(1, Math.max(0, sent / planned)) : 0;
  const percent = `${Math.floor(share * 100)} %`;
  const room = Math.min(barWidthMax, width - 60);
  if (room < 8) return percent;
  const full = Math.floor(share * room);
  return `${"█".repeat(full)}${"░".repeat(room - full)} ${percent}`;
}
