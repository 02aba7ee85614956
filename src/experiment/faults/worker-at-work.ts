import { epochMs } from "../../base/clock.js";
import { waitUntil } from "../../base/wait.js";
import type { BlackBox } from "../../ledger/box/black-box.js";
import type { Role } from "../../scenario/role.js";
import type { Moment, Place } from "../../scenario/faults.js";
import type { Life } from "../../crew/crew.js";
import { type FaultProgress, waitOrOver } from "./context.js";
import { keyOf } from "../../plan/occurrence-key.js";
import { awaitOccurrence } from "./occurrences.js";

/** A fault whose every occurrence falls on one worker. */
interface OnWorker {
  index: number;
  role: Role;
  targets: readonly number[];
  trigger: Moment | Place;
}

/** Returns the signal after which no fault can fall on workers of this role. */
export function overFor(role: Role, { sendingOver, drained }: FaultProgress): AbortSignal {
  return role === "producer" ? sendingOver : drained;
}

/** Returns the name of the worker that an occurrence falls on. */
export function nameOfTarget(fault: OnWorker, occurrence: number): string {
  return `${fault.role} ${fault.targets[occurrence] ?? "?"}`;
}

/**
 * Returns the life that an occurrence falls on, once its moment has come, or `undefined` if it
 * never comes. The life is at work: a fault on a worker that still connects or joins would not show
 * anything.
 */
export async function lifeToHit(
  fault: OnWorker,
  run: FaultProgress,
  occurrence: number,
  dueAt: number | undefined,
): Promise<Life | undefined> {
  return await lifeThat(() => true, fault, run, occurrence, dueAt);
}

/**
 * Like {@link lifeToHit}, for a fault that ends the life. The life then belongs to this fault, and
 * only this fault restarts its worker.
 */
export async function lifeToEnd(
  fault: OnWorker,
  run: FaultProgress,
  occurrence: number,
  dueAt: number | undefined,
): Promise<Life | undefined> {
  const claim = (life: Life): boolean => {
    // A life that stands still at a place can only die there, even if another fault has asked it to
    // end.
    if (life.endedBy !== undefined && !isPlace(fault.trigger)) return false;
    life.endedBy = keyOf(fault, occurrence);
    return true;
  };
  return await lifeThat(claim, fault, run, occurrence, dueAt);
}

/**
 * Returns the first life at work that `takes` accepts. The check happens in the turn in which the
 * life is found.
 */
async function lifeThat(
  takes: (life: Life) => boolean,
  fault: OnWorker,
  run: FaultProgress,
  occurrence: number,
  dueAt: number | undefined,
): Promise<Life | undefined> {
  const { trigger, role } = fault;
  const worker = fault.targets[occurrence];
  if (worker === undefined) return undefined;
  const over = overFor(role, run);
  const taken = (life: Life | undefined): Life | undefined =>
    life !== undefined && takes(life) ? life : undefined;
  if (isPlace(trigger)) {
    const standing = standingStill(run, worker, trigger, armOf(fault, occurrence));
    return await waitOrOver(`${role} ${worker} to stand still`, () => taken(standing()), over);
  }
  if (!(await awaitOccurrence(run, trigger, dueAt, over))) return undefined;
  const atWork = (): Life | undefined => {
    const life = run.crew.living(role, worker);
    return life !== undefined && !life.killed && !life.paused && !life.asked && isAtWork(life)
      ? life
      : undefined;
  };
  return await waitOrOver(`${role} ${worker} to be at work`, () => taken(atWork()), over);
}

export function isPlace(trigger: Moment | Place): trigger is Place {
  return trigger.kind !== "at" && trigger.kind !== "after";
}

/** Releases a life that stands still at a place. */
export function release(fault: OnWorker, { crew }: FaultProgress, occurrence: number, life: Life): void {
  if (isPlace(fault.trigger)) crew.command(life, { kind: "release", arm: armOf(fault, occurrence) });
}

/** Returns the number of the arm for an occurrence, unique within a run. */
function armOf(fault: OnWorker, occurrence: number): number {
  return fault.index * 1_000_000 + occurrence + 1;
}

/**
 * Returns a function that arms each new life of a consumer, and returns the one that stands still,
 * if any.
 */
function standingStill(
  { crew }: FaultProgress,
  worker: number,
  place: Place,
  arm: number,
): () => Life | undefined {
  const armed = new Set<Life>();
  return () => {
    const life = crew.living("consumer", worker);
    if (life === undefined || life.killed || !life.ready) return undefined;
    if (!armed.has(life)) {
      armed.add(life);
      crew.command(life, { kind: "arm", arm, place });
    }
    return (life.box as BlackBox<"consumer">).get("standing") === arm ? life : undefined;
  };
}

function isAtWork({ role, box }: Life): boolean {
  switch (role) {
    case "producer":
      return (box as BlackBox<"producer">).get("next") > box.description.firstNumber;
    case "consumer":
      return (box as BlackBox<"consumer">).planes.began.count > 0;
  }
}

/** Starts the next life of a worker and puts it to work. */
export async function restart(
  role: Role,
  worker: number,
  { crew, say, signal, groupDoor }: FaultProgress,
): Promise<void> {
  const start = (): Promise<Life> => crew.start(role, worker);
  const life = await (role === "consumer" ? groupDoor.through(start) : start());
  if (role === "producer") {
    const ready = { limitMs: 30_000, everyMs: 2, signal };
    await waitUntil(`${role} ${worker} to be ready again`, () => life.ready, ready);
    crew.command(life, { kind: "go", at: epochMs() });
  }
  say(`${role} ${worker} restarted`);
}
