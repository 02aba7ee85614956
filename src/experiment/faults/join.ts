import { epochMs } from "../../base/clock.js";
import type { BlackBox } from "../../ledger/box/black-box.js";
import { joinerOf } from "../../plan/extra-consumers.js";
import type { PlannedJoin } from "../../plan/plan.js";
import type { Life } from "../../crew/crew.js";
import { type FaultProgress, pauseUntil, waitOrOver } from "./context.js";
import { keyOf } from "../../plan/occurrence-key.js";
import { awaitOccurrence, conductOccurrences } from "./occurrences.js";

/** Longer than a worker takes to leave its group. */
const endLimitMs = 30_000;

/**
 * Starts an extra consumer that joins the group, and ends it in order. All members rejoin twice:
 * when it joins and when it leaves. The fault touched those that were seen to rejoin.
 */
export async function conductJoinFault(fault: PlannedJoin, run: FaultProgress): Promise<void> {
  const { crew, say, inForce, drained, plan, signal, groupDoor } = run;
  const worker = joinerOf(plan, fault);
  const name = `consumer ${worker}`;
  await conductOccurrences(fault, run, { kind: "join", on: () => name }, async (occurrence, dueAt) => {
    if (!(await awaitOccurrence(run, fault.trigger, dueAt, drained))) return undefined;
    const appliedAt = epochMs();
    const before = joinsOfOthers(run, worker);
    const life = await groupDoor.through(() => crew.start("consumer", worker));
    const key = keyOf(fault, occurrence);
    inForce.set(key, `extra consumer (${name})`);
    say(`${name} joins`);
    const joined = (): boolean => joinsOf(life) > 0 && haveAllJoined(before);
    await waitOrOver(`${name} and the other members to join`, joined, drained);
    const touched = joinsOf(life) > 0 ? countRejoined(before) : 0;

    await pauseUntil(epochMs() + fault.for, drained);
    const beforeLeaving = joinsOfOthers(run, worker);
    say(`${name} leaves`);
    await crew.stop(life, { limitMs: endLimitMs, signal });
    const rejoined = (): boolean => haveAllJoined(beforeLeaving);
    const healed = (await waitOrOver(`the others to join without ${name}`, rejoined, drained)) ?? null;
    inForce.delete(key);
    return {
      appliedAt,
      healedAt: epochMs(),
      touched,
      probe: `${touched} of ${before.size} other members rejoined`,
      inForce: touched > 0,
      healed,
    };
  });
}

/** Returns how often each of the other living members has joined. */
function joinsOfOthers({ crew }: FaultProgress, worker: number): Map<Life, number> {
  const others = crew.lives.filter(
    (life) => life.role === "consumer" && life.worker !== worker && life.process.end === undefined,
  );
  return new Map(others.map((life) => [life, joinsOf(life)]));
}

/** Returns how many of them have joined since. */
function countRejoined(before: ReadonlyMap<Life, number>): number {
  return [...before].filter(([life, joins]) => joinsOf(life) > joins).length;
}

/** Returns whether each of them has joined since or has ended, after which it cannot join. */
function haveAllJoined(before: ReadonlyMap<Life, number>): boolean {
  return [...before].every(([life, joins]) => joinsOf(life) > joins || life.process.end !== undefined);
}

function joinsOf({ box }: Life): number {
  return (box as BlackBox<"consumer">).get("joins");
}
