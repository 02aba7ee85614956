import type { PlannedKill, PlannedLinkFault } from "../plan/plan.js";
import type { Role } from "../scenario/scenario.js";
import { cannotBeConducted, type FaultContext, type FaultProgress } from "./fault-context.js";
import { conductKillFault, isPlace } from "./kill-fault.js";
import { conductLinkFault, isEarly } from "./link-fault.js";

/**
 * Makes the planned faults happen, a task each; those that wait for a place in a chunk take turns, in
 * the order of the scenario. Disposing it waits until no fault is under way: what they fall on is
 * taken away next.
 */
export class Faults implements AsyncDisposable {
  readonly #run: FaultProgress;
  readonly #linkTasks: Promise<void>[] = [];
  readonly #killTasks: Promise<void>[] = [];
  readonly #sendingOver = new AbortController();
  readonly #drained = new AbortController();
  readonly #failed = new AbortController();
  #begin: (startedAt: number) => void = () => {};

  constructor(context: FaultContext) {
    const begun = new Promise<number>((resolve) => (this.#begin = resolve));
    this.#run = {
      ...context,
      inForce: new Map(),
      restarting: new Set(),
      begun,
      sendingOver: this.#sendingOver.signal,
      drained: this.#drained.signal,
    };
    context.signal.addEventListener("abort", () => this.#giveUp());
  }

  /** Aborted when a fault could not be applied or healed. */
  get failed(): AbortSignal {
    return this.#failed.signal;
  }

  /** Faults in force now, as people read them. */
  get inForce(): readonly string[] {
    return [...this.#run.inForce.values()];
  }

  /** Whether a worker is dead and about to be started again. */
  isRestarting(role: Role, worker: number): boolean {
    return this.#run.restarting.has(`${role} ${worker}`);
  }

  /** Applies what is to be there before the producers connect. Resolves when it is in force. */
  async beginEarly(): Promise<void> {
    const early = this.#run.plan.faults.filter((fault): fault is PlannedLinkFault => isEarly(fault));
    await Promise.all(
      early.map((fault) => {
        let applied: () => void = () => {};
        const inForce = new Promise<void>((resolve) => (applied = resolve));
        const task = conductLinkFault(fault, this.#run, applied);
        this.#start(this.#linkTasks, task);
        // A fault that cannot be applied ends its task: `failed` says why.
        return Promise.race([inForce, task.catch(() => {})]);
      }),
    );
  }

  /** @param startedAt time 0, milliseconds since 1970. */
  begin(startedAt: number): void {
    this.#begin(startedAt);
    const inTurn: PlannedKill[] = [];
    for (const fault of this.#run.plan.faults) {
      if (isEarly(fault)) continue;
      switch (fault.kind) {
        case "link":
          this.#start(this.#linkTasks, conductLinkFault(fault, this.#run));
          break;
        case "kill":
          if (isPlace(fault.trigger)) inTurn.push(fault);
          else this.#start(this.#killTasks, conductKillFault(fault, this.#run));
          break;
        case "pause":
        case "stop":
        case "join":
        case "oversize":
        case "broker":
        case "topic":
        case "reset-offsets":
          cannotBeConducted(`a fault of the kind ${fault.kind}`);
      }
    }
    this.#start(this.#killTasks, this.#takeTurns(inTurn));
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

  async [Symbol.asyncDispose](): Promise<void> {
    this.#giveUp();
    await Promise.all([...this.#linkTasks, ...this.#killTasks]);
  }

  #giveUp(): void {
    this.#sendingOver.abort();
    this.#drained.abort();
  }

  #start(tasks: Promise<void>[], task: Promise<void>): void {
    tasks.push(task.catch((error: unknown) => this.#failed.abort(error)));
  }

  async #takeTurns(faults: readonly PlannedKill[]): Promise<void> {
    for (const fault of faults) await conductKillFault(fault, this.#run);
  }
}
