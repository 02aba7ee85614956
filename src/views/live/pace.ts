import type { LiveView } from "../../experiment/progress.js";

/** Messages per second over the last two seconds of a run at most. */
export interface Rates {
  sent: number;
  received: number;
  processed: number;
}

/** A rate over a shorter time is noise. */
const spanMsMin = 300;
/** A rate over a longer time is out of date. */
const spanMsMax = 2_000;

/**
 * Creates a function that computes rates from successive views, by the clock of the run. When the
 * clock goes back, another run has begun, and the earlier views are dropped.
 *
 * @returns a function that returns `undefined` until it has seen enough.
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
