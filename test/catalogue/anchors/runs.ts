/** How often each anchor runs: once in `npm test`, twenty times with `npm run anchors`. */
export const anchorRuns = Array.from(
  { length: Number(process.env["LOSSBOUND_ANCHOR_RUNS"] ?? 1) },
  (_, run) => run + 1,
);
