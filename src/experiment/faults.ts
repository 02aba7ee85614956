import { epochMs } from "../base/clock.js";
import { pause, waitUntil } from "../base/wait.js";
import type { Links } from "../environment/links.js";
import type { BlackBox } from "../ledger/black-box.js";
import type { EventWriter, FaultEvent } from "../ledger/events.js";
import type { Plan, PlannedFault, PlannedKill, PlannedLinkFault } from "../plan/plan.js";
import type { Moment } from "../scenario/scenario.js";
import type { Crew, Life } from "../worker/crew.js";
import { countsOf, socketsOf, touchedBetween } from "./counts.js";

export interface FaultContext {
  plan: Plan;
  crew: Crew;
  links: Links;
  write: EventWriter;
  /** A line for people. */
  say(line: string): void;
  signal: AbortSignal;
}

/** No wait of a fault for its moment is longer than a run may be. */
const momentLimitMs = 2 * 3600 * 1000;

/**
 * Makes the planned faults happen, and writes down what each of them did in fact. A task a fault;
 * those that wait for a place in a chunk take turns, in the order of the scenario.
 */
export class Faults implements AsyncDisposable {
  /** Faults in force now, as people read them. */
  readonly inForce = new Set<string>();
  readonly #context: FaultContext;
  readonly #linkTasks: Promise<void>[] = [];
  readonly #killTasks: Promise<void>[] = [];
  /** Aborted when the producers have ended: nothing falls on a link after that, and what is on it is healed. */
  readonly #sendingOver = new AbortController();
  /** Aborted when the consumers have drained the log: nobody is left to be killed at work. */
  readonly #drained = new AbortController();
  readonly #failed = new AbortController();
  readonly #restarting = new Set<string>();
  #startedAt = 0;

  constructor(context: FaultContext) {
    this.#context = context;
    context.signal.addEventListener("abort", () => this.#giveUp());
  }

  /** Aborted when a fault could not be applied or healed. */
  get failed(): AbortSignal {
    return this.#failed.signal;
  }

  /**
   * Applies what is to be there before the producers connect: the faults of their link at time 0.
   * Resolves when they are in force.
   */
  async beginEarly(): Promise<void> {
    const early = this.#context.plan.faults.filter((fault): fault is PlannedLinkFault => isEarly(fault));
    await Promise.all(
      early.map(
        (fault) =>
          new Promise<void>((resolve) =>
            this.#run(this.#linkTasks, this.#link(fault, resolve).finally(resolve)),
          ),
      ),
    );
  }

  /** @param startedAt time 0, milliseconds since 1970. */
  begin(startedAt: number): void {
    this.#startedAt = startedAt;
    const inTurn: PlannedKill[] = [];
    for (const fault of this.#context.plan.faults) {
      if (isEarly(fault)) continue;
      if (fault.kind === "link") this.#run(this.#linkTasks, this.#link(fault));
      else if (fault.trigger.kind === "handling") inTurn.push(fault);
      else this.#run(this.#killTasks, this.#kill(fault));
    }
    this.#run(this.#killTasks, this.#inTurn(inTurn));
  }

  /** Whether a worker is dead and about to be started again. */
  isRestarting(role: "producer" | "consumer", worker: number): boolean {
    return this.#restarting.has(`${role} ${worker}`);
  }

  /** Heals every link; resolves when they are healed, and seen to be. */
  async endLinkFaults(): Promise<void> {
    this.#sendingOver.abort();
    await Promise.all(this.#linkTasks);
  }

  /** No more faults; resolves when the last of them has written down what it did. */
  async end(): Promise<void> {
    await this.endLinkFaults();
    this.#drained.abort();
    await Promise.all(this.#killTasks);
  }

  /** Waits until no fault is under way: what it falls on is taken away next. */
  async [Symbol.asyncDispose](): Promise<void> {
    this.#giveUp();
    await Promise.all([...this.#linkTasks, ...this.#killTasks]);
  }

  #giveUp(): void {
    this.#sendingOver.abort();
    this.#drained.abort();
  }

  #run(tasks: Promise<void>[], task: Promise<void>): void {
    tasks.push(task.catch((error: unknown) => this.#failed.abort(error)));
  }

  async #inTurn(faults: PlannedKill[]): Promise<void> {
    for (const fault of faults) await this.#kill(fault);
  }

  async #link(fault: PlannedLinkFault, onApplied: () => void = () => {}): Promise<void> {
    const { links, crew, say, write } = this.#context;
    const role = fault.on === "producer-link" ? "producer" : "consumer";
    const kind = fault.toxic === "down" ? "down" : fault.toxic.type;
    const way = fault.toxic === "down" ? "down" : fault.stream;
    let dueAt: number | undefined;
    for (let occurrence = 0; occurrence < fault.times; occurrence++) {
      const blank = { event: "fault", fault: fault.index, occurrence, on: fault.on, kind } as const;
      const came = await this.#moment(fault, dueAt, this.#sendingOver.signal);
      if (!came) {
        write({ ...blank, ...never });
        continue;
      }
      const begunAt = epochMs();
      const inForce = await links[role].apply(fault, `f${fault.index}-${occurrence}`);
      const before = socketsOf(crew, role);
      const label = `${kind} on ${fault.on}`;
      this.inForce.add(label);
      say(`${label}: in force`);
      onApplied();

      await pauseUntil(
        fault.for === undefined ? undefined : inForce.applied.to + fault.for,
        this.#sendingOver.signal,
      );
      const touched = touchedBetween(before, socketsOf(crew, role), way);
      const { healed, healthy, removal } = await inForce.heal();
      this.inForce.delete(label);
      say(`${label}: healed, ${touched} touched`);
      const { seen, inForce: shown } = await inForce.evidence;
      write({
        ...blank,
        appliedAt: inForce.applied.to,
        healedAt: healed.to,
        touched,
        probe: seen,
        inForce: shown,
        // Replaced: Toxiproxy hung, and what was on the link's connections died by our hand.
        healed: removal === "replaced" ? false : await healthy,
      });
      dueAt = begunAt + fault.every;
    }
  }

  async #kill(fault: PlannedKill): Promise<void> {
    const { crew, say, write } = this.#context;
    const over = fault.role === "producer" ? this.#sendingOver.signal : this.#drained.signal;
    let dueAt: number | undefined;
    for (let occurrence = 0; occurrence < fault.times; occurrence++) {
      const worker = fault.targets[occurrence];
      const on = `${fault.role} ${worker ?? "?"}`;
      const blank: Pick<FaultEvent, "event" | "fault" | "occurrence" | "on" | "kind"> = {
        event: "fault",
        fault: fault.index,
        occurrence,
        on,
        kind: "kill",
      };
      const life =
        worker === undefined ? undefined : await this.#victim(fault, worker, occurrence, dueAt, over);
      if (life === undefined) {
        write({ ...blank, ...never });
        continue;
      }
      const appliedAt = epochMs();
      if (fault.restartAfter !== undefined) this.#restarting.add(on);
      await crew.kill(life);
      say(`SIGKILL ${on}`);
      if (fault.restartAfter !== undefined) {
        await pauseUntil(appliedAt + fault.restartAfter, over);
        if (!over.aborted) await this.#restart(life);
        this.#restarting.delete(on);
      }
      write({
        ...blank,
        appliedAt,
        healedAt: fault.restartAfter === undefined ? null : epochMs(),
        touched: 1,
        probe: null,
        inForce: null,
        healed: null,
      });
      dueAt = appliedAt + fault.every;
    }
  }

  /** Waits for the moment, or the place, and for a life of the worker that is at work. */
  async #victim(
    fault: PlannedKill,
    worker: number,
    occurrence: number,
    dueAt: number | undefined,
    over: AbortSignal,
  ): Promise<Life | undefined> {
    const { crew } = this.#context;
    const atWork = (): Life | undefined => {
      const life = crew.living(fault.role, worker);
      return life !== undefined && isAtWork(life) ? life : undefined;
    };
    if (fault.trigger.kind !== "handling") {
      const came = await this.#moment({ ...fault, trigger: fault.trigger }, dueAt, over);
      return came ? await waitOrOver(`${fault.role} ${worker} to be at work`, atWork, over) : undefined;
    }
    const { message, of } = fault.trigger;
    const arm = fault.index * 1_000_000 + occurrence + 1;
    const armed = new Set<Life>();
    return await waitOrOver(
      `consumer ${worker} to stand still`,
      () => {
        const life = crew.living("consumer", worker);
        if (life === undefined || !life.ready) return undefined;
        if (!armed.has(life)) {
          armed.add(life);
          crew.command(life, { kind: "arm", arm, message, of });
        }
        return (life.box as BlackBox<"consumer">).get("standing") === arm ? life : undefined;
      },
      over,
    );
  }

  async #restart({ role, worker }: Life): Promise<void> {
    const { crew, say } = this.#context;
    const life = await crew.start(role, worker);
    if (role === "producer") {
      await waitUntil(`${role} ${worker} to be ready again`, () => life.ready, {
        limitMs: 30_000,
        everyMs: 2,
        signal: this.#context.signal,
      });
      crew.command(life, { kind: "go", at: epochMs() });
    }
    say(`${role} ${worker} started again`);
  }

  /** Waits for the moment of an occurrence; false when it will not come any more. */
  async #moment(fault: { trigger: Moment }, dueAt: number | undefined, over: AbortSignal): Promise<boolean> {
    const { trigger } = fault;
    if (dueAt !== undefined) await pauseUntil(dueAt, over);
    else if (trigger.kind === "at") {
      if (this.#startedAt > 0) await pauseUntil(this.#startedAt + trigger.ms, over);
    } else {
      const reached = (): boolean => countsOf(this.#context.crew)[trigger.of] >= trigger.count;
      return (await waitOrOver(`${trigger.count} messages to be ${trigger.of}`, reached, over)) === true;
    }
    return !over.aborted;
  }
}

const never = {
  appliedAt: null,
  healedAt: null,
  touched: 0,
  probe: null,
  inForce: null,
  healed: null,
} as const;

function isEarly(fault: PlannedFault): boolean {
  return (
    fault.kind === "link" &&
    fault.on === "producer-link" &&
    fault.trigger.kind === "at" &&
    fault.trigger.ms === 0
  );
}

/** A kill that falls on a worker which still connects or joins would show nothing. */
function isAtWork({ role, box }: Life): boolean {
  switch (role) {
    case "producer":
      return (box as BlackBox<"producer">).get("next") > box.description.firstNumber;
    case "consumer":
      return (box as BlackBox<"consumer">).planes.began.count > 0;
  }
}

/** Lets time pass up to a moment (`undefined`: without end), or until `over`. */
async function pauseUntil(at: number | undefined, over: AbortSignal): Promise<void> {
  await pause(at === undefined ? momentLimitMs : Math.max(0, at - epochMs()), over).catch(() => {});
}

async function waitOrOver<T>(
  what: string,
  look: () => T | undefined | false,
  over: AbortSignal,
): Promise<T | undefined> {
  try {
    return await waitUntil(what, look, { limitMs: momentLimitMs, everyMs: 2, signal: over });
  } catch (error) {
    if (over.aborted) return undefined;
    throw error;
  }
}
