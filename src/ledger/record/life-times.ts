import { LossboundError } from "../../base/errors.js";
import { type EventLine, readEvents } from "./events.js";
import { type LifeRecord, boxName } from "./run-record.js";

/** When each life began and ended, by the event file; which lives there were, the record of the run says. */
export type LifeTimes = ReadonlyMap<string, LifeTime>;

export interface LifeTime {
  /** Milliseconds since 1970; `null` where the event file does not tell. */
  startedAt: number | null;
  endedAt: number | null;
}

/**
 * Reads them for those who look at a run: no fate and no verdict is made of them.
 *
 * @throws LossboundError `INPUT` naming the line that is not as it should be.
 */
export function readLifeTimes(path: string): LifeTimes {
  const times = new Map<string, LifeTime>();
  for (const line of readEvents(path)) {
    const kind = line.event["event"];
    if (kind !== "life-started" && kind !== "life-ended") continue;
    const { name, at } = lifeFrom(line);
    const known = times.get(name) ?? untold;
    times.set(name, kind === "life-started" ? { ...known, startedAt: at } : { ...known, endedAt: at });
  }
  return times;
}

export function timesOf(times: LifeTimes, life: Pick<LifeRecord, "role" | "worker" | "life">): LifeTime {
  return times.get(boxName(life)) ?? untold;
}

const untold: LifeTime = { startedAt: null, endedAt: null };

function lifeFrom({ where, event }: EventLine): { name: string; at: number } {
  const { at, role, worker, life } = event as Partial<Record<keyof LifeRecord | "at", unknown>>;
  const named = (role === "producer" || role === "consumer") && isCount(worker) && isCount(life);
  if (!named || typeof at !== "number" || !Number.isFinite(at)) {
    throw new LossboundError("INPUT", `${where}: no life of a worker begins or ends so`);
  }
  return { name: boxName({ role, worker, life }), at };
}

function isCount(value: unknown): value is number {
  return Number.isSafeInteger(value) && (value as number) >= 0;
}
