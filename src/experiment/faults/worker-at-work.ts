import { epochMs } from "../../base/clock.js";
import { waitUntil } from "../../base/wait.js";
import type { BlackBox } from "../../ledger/box/black-box.js";
import type { Role } from "../../scenario/role.js";
import type { Moment, Place } from "../../scenario/faults.js";
import type { Life } from "../../crew/crew.js";
import { type FaultProgress, waitOrOver } from "./context.js";
import { keyOf } from "../../plan/occurrence-key.js";
import { occurrenceCame } from "./occurrences.js";

/** A fault that falls on one worker each time. */
interface OnWorker {
  index: number;
  role: Role;
  targets: readonly number[];
  trigger: Moment | Place;
}

/** When a fault on workers of this role can fall no more. */
export function overFor(role: Role, { sendingOver, drained }: FaultProgress): AbortSignal {
  return role === "producer" ? sendingOver : drained;
}

/** Whom an occurrence falls on, as people read it. */
export function nameOfTarget(fault: OnWorker, occurrence: number): string {
  return `${fault.role} ${fault.targets[occurrence] ?? "?"}`;
}

/**
 * The life that an occurrence falls on, once its moment has come; `undefined` when that never does. It
 * is at work: a fault that falls on a worker which still connects or joins would show nothing.
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
 * As {@link lifeToHit}, for a fault that ends the life: from the moment when it is chosen the life is this
 * fault's, which alone starts its worker again.
 */
export async function lifeToEnd(
  fault: OnWorker,
  run: FaultProgress,
  occurrence: number,
  dueAt: number | undefined,
): Promise<Life | undefined> {
  const claim = (life: Life): boolean => {
    // One that stands still in a place can do nothing but die there, whoever else has asked it to end.
    if (life.endedBy !== undefined && !isPlace(fault.trigger)) return false;
    life.endedBy = keyOf(fault, occurrence);
    return true;
  };
  return await lifeThat(claim, fault, run, occurrence, dueAt);
}

/** The first life at work that `takes` says yes to. Whoever looks sees it in the same turn of the event loop. */
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
  if (!(await occurrenceCame(run, trigger, dueAt, over))) return undefined;
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

/** Lets a life that stands still in a place go on behind it. */
export function letGoOn(fault: OnWorker, { crew }: FaultProgress, occurrence: number, life: Life): void {
  if (isPlace(fault.trigger)) crew.command(life, { kind: "release", arm: armOf(fault, occurrence) });
}

/** Names a place at which a life is to stand still: one of its own for each occurrence of a run. */
function armOf(fault: OnWorker, occurrence: number): number {
  return fault.index * 1_000_000 + occurrence + 1;
}

/** Tells each life of a consumer where to stand still; asked again and again, it gives the one that does. */
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

/** Begins the next life of a worker, and puts it to work. */
export async function startAgain(
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
  say(`${role} ${worker} started again`);
}
