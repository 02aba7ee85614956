import type { FaultResult, Result } from "../../results/result.js";

/** A fault as drawn in a chart, in seconds since the producers started sending. */
export interface FaultWindow {
  on: string;
  kind: string;
  from: number;
  /** Same as `from` for a momentary fault. */
  to: number;
  momentary: boolean;
}

/** Returns a window for each fault that occurred. */
export function windowsOf({ faults }: Pick<Result, "faults">): FaultWindow[] {
  return faults.flatMap((fault) => {
    const { on, kind, appliedAt, healedAt } = fault;
    if (appliedAt === null) return [];
    const momentary = healedAt === null || endsWorker(fault);
    return [{ on, kind, from: appliedAt / 1000, to: (momentary ? appliedAt : healedAt) / 1000, momentary }];
  });
}

/** A fault that ends a worker is drawn as momentary, since the worker's lives show the gap. */
function endsWorker({ on, kind }: FaultResult): boolean {
  return isWorker(on) && (kind === "kill" || kind === "stop");
}

export function isWorker(on: string): boolean {
  return /^(producer|consumer) \d+$/.test(on);
}
