import { formatDuration, formatRate } from "../../scenario/quantities.js";
import type { Cause, Scenario } from "../../scenario/scenario.js";
import type { LinkFault } from "../../scenario/faults.js";
import { dueBehind, edgeMs, loadOf, sendOf, sendingMsOf } from "./load.js";
import {
  type Formula,
  type Interval,
  type Prediction,
  predicted,
  sumOf,
  times,
  unpredicted,
} from "./prediction.js";
import { sendEveryMs } from "../schedule.js";

/** The faults that lose all that is sent while they are in force. */
type Window = Extract<Formula, "black-hole" | "link-down" | "link-reset">;

/** The client's first connections are up by then, and a link has come to rest between two faults. */
const restMs = 100;

const words: Record<Window, string> = {
  "black-hole": "what is sent while the link swallows everything",
  "link-down": "what is sent while the link is down, of which the client is told",
  "link-reset": "what is sent while every connection is reset",
};

/** How much longer than it is to a fault lasts for those who send, in milliseconds. */
interface Edges {
  leastMs: number;
  mostMs: number;
}

/**
 * Where each send has to open a connection of its own, its request comes some milliseconds behind it: the last
 * of them may find the link healed.
 */
const edges: Record<Window, Edges> = {
  "black-hole": { leastMs: 0, mostMs: edgeMs },
  "link-down": { leastMs: 0, mostMs: edgeMs },
  "link-reset": { leastMs: -edgeMs / 2, mostMs: edgeMs / 2 },
};

const edgesInWords: Record<Window, string> = {
  "black-hole": `up to ${edgeMs} ms more`,
  "link-down": `up to ${edgeMs} ms more`,
  "link-reset": `${edgeMs / 2} ms more or less`,
};

/**
 * Rate times time. A fault that is to last D milliseconds counts them from the answer to its application,
 * when it has been in force for some milliseconds, and takes some more to be healed and for the client to see
 * that its connection has ended. So it lasts D and a little more.
 */
export function predictWindows(
  scenario: Scenario,
  faults: readonly LinkFault[],
  formula: Window,
): Prediction {
  const sendingMs = sendingMsOf(scenario);
  const windows = faults
    .flatMap((fault) => windowsOf(fault, scenario))
    .toSorted((a, b) => a.fromMs - b.fromMs);
  for (const [place, { fromMs, toMs }] of windows.entries()) {
    if (fromMs < restMs) return unpredicted("a link fails before the producers have used it");
    const next = windows[place + 1]?.fromMs ?? Infinity;
    if (next < toMs + restMs) return unpredicted("one fault on the link begins before another has healed");
    if (fromMs > sendingMs - restMs || Math.abs(toMs - sendingMs) < restMs) {
      return unpredicted("a fault begins or ends in the moment in which the producers end");
    }
  }
  const lost = sumOf(windows.map((window) => lostIn(scenario, window, edges[formula])));
  const send = sendOf(scenario);
  return predicted({
    formula,
    words: `${words[formula]}: rate × time, and ${edgesInWords[formula]} for its coming and going`,
    inputs: {
      rate: formatRate(scenario.producers.rate),
      time: timesInWords(windows),
      edges: `${edges[formula].leastMs}ms to ${edges[formula].mostMs}ms`,
    },
    lost,
    lostBy: causesOf(formula, lost, times({ min: 0, max: send }, windows.length)),
    resolution: windows.length * loadOf(scenario, 0, edgeMs).max,
  });
}

function timesInWords(windows: readonly Times[]): string {
  const each = windows.map(({ fromMs, toMs }) =>
    toMs === Infinity ? "to the end" : formatDuration(Math.round(toMs - fromMs)),
  );
  const kinds = [...new Set(each)];
  return kinds.length === 1 && each.length > 1 ? `${each.length} × ${kinds[0]}` : each.join(" + ");
}

/** Times of the schedule; `Infinity`: to its end. */
interface Times {
  fromMs: number;
  toMs: number;
}

function windowsOf(fault: LinkFault, { producers }: Scenario): Times[] {
  const { trigger } = fault;
  const first = trigger.kind === "at" ? trigger.ms : (trigger.count / producers.rate) * 1000;
  return Array.from({ length: fault.times }, (_, occurrence) => {
    const fromMs = first + occurrence * fault.every;
    const toMs = fault.for === undefined ? Infinity : fromMs + fault.for;
    return { fromMs, toMs: toMs > sendingMsOf({ producers }) + restMs ? Infinity : toMs };
  });
}

function lostIn(scenario: Scenario, { fromMs, toMs }: Times, { leastMs, mostMs }: Edges): Interval {
  if (toMs !== Infinity) return loadOf(scenario, toMs - fromMs + leastMs, toMs - fromMs + mostMs);
  // Only its beginning is uncertain.
  return {
    min: dueBehind(scenario, fromMs + edgeMs - sendEveryMs),
    max: dueBehind(scenario, fromMs - sendEveryMs),
  };
}

/** @param underWay what a link that is cut may have carried in that moment. */
function causesOf(formula: Window, lost: Interval, underWay: Interval): Partial<Record<Cause, Interval>> {
  switch (formula) {
    case "black-hole":
    case "link-reset":
      return { "in-transit": lost };
    case "link-down":
      return {
        rejected: { min: Math.max(0, lost.min - underWay.max), max: lost.max },
        "in-transit": underWay,
      };
  }
}
