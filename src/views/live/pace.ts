import type { LiveView } from "../../experiment/progress.js";

/** Messages a second over the last moments of a run. */
export interface Rates {
  sent: number;
  received: number;
  processed: number;
}

/** A rate over less than this is noise. */
const spanMsMin = 300;
/** A rate over more than this is history. */
const spanMsMax = 2_000;

/**
 * Rates from one view to the next. Time is the run's own, as the views tell it. A clock that goes
 * back means that another run has begun, and the views of the one before are forgotten.
 *
 * @returns `undefined` as long as too little was seen.
 */
export function openPace(): (view: LiveView) => Rates | undefined {
  let seen: LiveView[] = [];
  return (view) => {
    const last = seen.at(-1);
    if (last !== undefined && (last.scenario !== view.scenario || view.elapsedMs < last.elapsedMs)) seen = [];
    seen.push(view);
    seen = seen.filter(({ elapsedMs }) => view.elapsedMs - elapsedMs <= spanMsMax);
    const [first = view] = seen;
    const seconds = (view.elapsedMs - first.elapsedMs) / 1000;
    if (seconds * 1000 < spanMsMin) return undefined;
    const rate = (of: keyof Rates) => Math.max(0, view[of] - first[of]) / seconds;
    return { sent: rate("sent"), received: rate("received"), processed: rate("processed") };
  };
}
