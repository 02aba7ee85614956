import { type StoredRun, aRun } from "./a-run.js";
import { times } from "./stories.js";

/** Creates a run with every fate that does not break the guarantee. */
export function everyFate(): StoredRun {
  return aRun({
    killedAt: 12,
    producers: [
      [
        ...times(6, "processed"),
        ...times(2, "in-transit"),
        ...times(2, "client-buffer"),
        ...times(1, "acceptedInBuffer"),
        ...times(1, "rejected"),
        // Its second life.
        ...times(5, "processed"),
        ...times(1, "log"),
        ...times(1, "vanishedUnfetched"),
        ...times(2, "indeterminate"),
        ...times(2, "unread"),
        ...times(4, "processed"),
        ...times(4, "unsent"),
      ],
      [
        ...times(8, "processed"),
        ...times(2, "skipped"),
        ...times(3, "after-commit"),
        ...times(2, "in-processing"),
        ...times(1, "processedThoughRejected"),
        ...times(6, "processed"),
        ...times(1, "refused"),
        ...times(2, "behindRefused"),
        ...times(6, "processed"),
      ],
    ],
  });
}

/** Creates a run whose losses are within its bounds, so that it holds. */
export function held(): StoredRun {
  const lost = { min: { kind: "count", value: 1 }, max: { kind: "count", value: 20 } } as const;
  return aRun({
    producers: [
      [...times(20, "processed"), ...times(5, "in-transit"), ...times(15, "processed")],
      [
        ...times(20, "processed"),
        ...times(5, "after-commit"),
        ...times(2, "in-processing"),
        ...times(13, "processed"),
      ],
    ],
    expect: { lost },
  });
}
