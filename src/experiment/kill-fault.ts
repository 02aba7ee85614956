import { epochMs } from "../base/clock.js";
import { waitUntil } from "../base/wait.js";
import type { BlackBox } from "../ledger/black-box.js";
import type { PlannedKill } from "../plan/plan.js";
import type { Moment, Place } from "../scenario/scenario.js";
import type { Life } from "../worker/crew.js";
import { type FaultProgress, momentCame, never, pauseUntil, waitOrOver } from "./fault-context.js";

/**
 * Kills a worker, as often as it is to die, and starts it again. Each kill waits for a life that is
 * at work: one that falls on a worker which still connects or joins would show nothing.
 */
export async function conductKillFault(fault: PlannedKill, run: FaultProgress): Promise<void> {
  const { crew, say, write, restarting } = run;
  const over = fault.role === "producer" ? run.sendingOver : run.drained;
  let dueAt: number | undefined;
  for (let occurrence = 0; occurrence < fault.times; occurrence++) {
    const worker = fault.targets[occurrence];
    const on = `${fault.role} ${worker ?? "?"}`;
    const blank = { event: "fault", fault: fault.index, occurrence, on, kind: "kill" } as const;
    const life = worker === undefined ? undefined : await victim(fault, run, worker, occurrence, dueAt);
    if (life === undefined) {
      write({ ...blank, ...never });
      continue;
    }

    const appliedAt = epochMs();
    if (fault.restartAfter !== undefined) restarting.add(on);
    // A life that came to its own end in this very moment was not touched.
    const touched = (await crew.kill(life)) ? 1 : 0;
    say(`SIGKILL ${on}`);
    let healedAt: number | null = null;
    if (fault.restartAfter !== undefined) {
      await pauseUntil(appliedAt + fault.restartAfter, over);
      if (!over.aborted && touched === 1) {
        await restart(life, run);
        healedAt = epochMs();
      }
      restarting.delete(on);
    }
    write({ ...blank, ...never, appliedAt, healedAt, touched });
    dueAt = appliedAt + fault.every;
  }
}

async function victim(
  fault: PlannedKill,
  run: FaultProgress,
  worker: number,
  occurrence: number,
  dueAt: number | undefined,
): Promise<Life | undefined> {
  const over = fault.role === "producer" ? run.sendingOver : run.drained;
  const { trigger, role } = fault;
  if (isPlace(trigger)) {
    return await lifeThatStandsStill(run, worker, trigger, fault.index * 1_000_000 + occurrence + 1);
  }
  if (dueAt === undefined) {
    if (!(await momentCame(run, trigger, over))) return undefined;
  } else {
    await pauseUntil(dueAt, over);
  }
  const atWork = (): Life | undefined => {
    const life = run.crew.living(role, worker);
    return life !== undefined && !life.killed && isAtWork(life) ? life : undefined;
  };
  return await waitOrOver(`${role} ${worker} to be at work`, atWork, over);
}

export function isPlace(trigger: Moment | Place): trigger is Place {
  return trigger.kind !== "at" && trigger.kind !== "after";
}

/** Tells each life of a consumer where to stand still, until one of them does. */
async function lifeThatStandsStill(
  { crew, drained }: FaultProgress,
  worker: number,
  place: Place,
  arm: number,
): Promise<Life | undefined> {
  const armed = new Set<Life>();
  const standing = (): Life | undefined => {
    const life = crew.living("consumer", worker);
    if (life === undefined || life.killed || !life.ready) return undefined;
    if (!armed.has(life)) {
      armed.add(life);
      crew.command(life, { kind: "arm", arm, place });
    }
    return (life.box as BlackBox<"consumer">).get("standing") === arm ? life : undefined;
  };
  return await waitOrOver(`consumer ${worker} to stand still`, standing, drained);
}

function isAtWork({ role, box }: Life): boolean {
  switch (role) {
    case "producer":
      return (box as BlackBox<"producer">).get("next") > box.description.firstNumber;
    case "consumer":
      return (box as BlackBox<"consumer">).planes.began.count > 0;
  }
}

async function restart({ role, worker }: Life, { crew, say, signal }: FaultProgress): Promise<void> {
  const life = await crew.start(role, worker);
  if (role === "producer") {
    const ready = { limitMs: 30_000, everyMs: 2, signal };
    await waitUntil(`${role} ${worker} to be ready again`, () => life.ready, ready);
    crew.command(life, { kind: "go", at: epochMs() });
  }
  say(`${role} ${worker} started again`);
}
