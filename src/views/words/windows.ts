import type { FaultResult, Result } from "../../results/result.js";

/** A fault as it is drawn; seconds since the producers began to send. */
export interface FaultWindow {
  on: string;
  kind: string;
  from: number;
  /** As `from` where it fell in a moment. */
  to: number;
  momentary: boolean;
}

/** The faults that fell, a window each. */
export function windowsOf({ faults }: Pick<Result, "faults">): FaultWindow[] {
  return faults.flatMap((fault) => {
    const { on, kind, appliedAt, healedAt } = fault;
    if (appliedAt === null) return [];
    const momentary = healedAt === null || endsWorker(fault);
    return [{ on, kind, from: appliedAt / 1000, to: (momentary ? appliedAt : healedAt) / 1000, momentary }];
  });
}

/** A worker that is away shows in its lives. */
function endsWorker({ on, kind }: FaultResult): boolean {
  return isWorker(on) && (kind === "kill" || kind === "stop");
}

export function isWorker(on: string): boolean {
  return /^(producer|consumer) \d+$/.test(on);
}
