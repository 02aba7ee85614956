import { movesGroup } from "../../plan/moves-group.js";
import type { Plan } from "../../plan/plan.js";
import { readEvents } from "./events.js";

/**
 * When consumers joined their group again while messages were sent, though no fault of the plan makes a group
 * rebalance: a session had expired. Milliseconds since 1970. If the plan has such a fault, a join proves nothing, and
 * the list is empty.
 *
 * @throws LossboundError `INPUT` naming the line that is not as it should be.
 */
export function readRejoins(path: string, { faults, scenario }: Plan, startedAt: number): number[] {
  const canTell = scenario.consumers.command === undefined && !faults.some(movesGroup);
  if (!canTell) return [];
  const rejoins: number[] = [];
  for (const { event } of readEvents(path)) {
    const { at, event: kind, phase } = event;
    if (kind === "phase" && phase === "draining") break;
    if (kind === "assigned" && typeof at === "number" && at > startedAt) rejoins.push(at);
  }
  return rejoins;
}
