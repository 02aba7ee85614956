import type { PlannedFault, PlannedLinkFault } from "../../plan/plan.js";
import type { Role } from "../../scenario/role.js";
import { conductBrokerFault } from "./broker.js";
import { Door } from "./door.js";
import { type FaultContext, type FaultProgress } from "./context.js";
import { keyOf } from "../../plan/occurrence-key.js";
import { conductEndFault } from "./end.js";
import { conductJoinFault } from "./join.js";
import { conductLinkFault, isEarly } from "./link.js";
import { Moments } from "./moments.js";
import { conductOversizeFault } from "./oversize.js";
import { conductPauseFault } from "./pause.js";
import { conductOffsetsReset } from "./reset-offsets.js";
import { conductTopicFault } from "./topic.js";
import { Turns } from "../../base/turns.js";
import { isPlace } from "./worker-at-work.js";

/**
 * Applies the planned faults, one task for each. Faults that wait for a place in a consumer's work
 * take turns, in the order of the scenario. Disposal waits until no fault is in progress, because
 * their targets are removed next.
 */
export class Faults implements AsyncDisposable {
  readonly #run: FaultProgress;
  readonly #linkTasks: Promise<void>[] = [];
  readonly #brokerTasks: Promise<void>[] = [];
  readonly #otherTasks: Promise<void>[] = [];
  readonly #producersEnded = new AbortController();
  readonly #sendingOver = new AbortController();
  readonly #drained = new AbortController();
  readonly #failed = new AbortController();
  /** Occurrences that were applied. */
  readonly #fallen = new Set<string>();
  #begin: (startedAt: number) => void = () => {};

  constructor(context: FaultContext) {
    const begun = new Promise<number>((resolve) => (this.#begin = resolve));
    this.#run = {
      ...context,
      write: (event) => {
        if (event.event === "fault" && event.appliedAt !== null)
          this.#fallen.add(keyOf({ index: event.fault }, event.occurrence));
        context.write(event);
      },
      inForce: new Map(),
      dead: new Set(),
      restarting: new Set(),
      moving: new Set(),
      onTopic: new Turns(),
      groupDoor: new Door(),
      begun,
      moments: new Moments(begun, this.#drained.signal),
      producersEnded: this.#producersEnded.signal,
      sendingOver: this.#sendingOver.signal,
      drained: this.#drained.signal,
    };
    context.signal.addEventListener("abort", () => this.#abortAll());
  }

  /** Aborts when a fault could not be applied or healed. */
  get failed(): AbortSignal {
    return this.#failed.signal;
  }

  /** Labels of the faults in force now. */
  get inForce(): readonly string[] {
    return [...this.#run.inForce.values()];
  }

  /** Occurrences in force now, by `keyOf`, including the deaths of workers. */
  get active(): ReadonlySet<string> {
    return new Set([...this.#run.inForce.keys(), ...this.#run.dead]);
  }

  /** Occurrences that have fallen so far, by `keyOf`, including those in force. */
  get fallen(): ReadonlySet<string> {
    return new Set([...this.#fallen, ...this.active]);
  }

  /** Returns whether a worker is dead and will be restarted. */
  isRestarting(role: Role, worker: number): boolean {
    return this.#run.restarting.has(`${role} ${worker}`);
  }

  /**
   * Whether a fault is changing the group or the topic, which makes current positions meaningless.
   */
  get movesGroupOrTopic(): boolean {
    return this.#run.moving.size > 0;
  }

  /**
   * Applies the faults that must exist before the producers connect. Resolves when they are in
   * force.
   */
  async beginEarly(): Promise<void> {
    const early = this.#run.plan.faults.filter((fault): fault is PlannedLinkFault => isEarly(fault));
    await Promise.all(
      early.map((fault) => {
        let applied: () => void = () => {};
        const inForce = new Promise<void>((resolve) => (applied = resolve));
        const task = conductLinkFault(fault, this.#run, applied);
        this.#start(this.#linkTasks, task);
        // A fault that cannot be applied ends its task, and `failed` carries the reason.
        return Promise.race([inForce, task.catch(() => {})]);
      }),
    );
  }

  /** @param startedAt time 0, in milliseconds since 1970. */
  begin(startedAt: number): void {
    this.#begin(startedAt);
    const inTurn: PlannedFault[] = [];
    for (const fault of this.#run.plan.faults) {
      if (isEarly(fault)) continue;
      if (fault.kind === "link") this.#start(this.#linkTasks, conduct(fault, this.#run));
      else if (fault.kind === "broker") this.#start(this.#brokerTasks, conduct(fault, this.#run));
      else if (isPlace(fault.trigger)) inTurn.push(fault);
      else this.#start(this.#otherTasks, conduct(fault, this.#run));
    }
    this.#start(this.#otherTasks, this.#takeTurns(inTurn));
  }

  /** Brings every broker back. Resolves when all of them are in sync again. */
  async endBrokerFaults(): Promise<void> {
    this.#producersEnded.abort();
    await Promise.all(this.#brokerTasks);
  }

  /** Heals every link. Resolves when probes have confirmed that. */
  async endLinkFaults(): Promise<void> {
    this.#sendingOver.abort();
    await Promise.all(this.#linkTasks);
  }

  /** Ends all faults. Resolves when the last of them has recorded what it did. */
  async end(): Promise<void> {
    await this.endBrokerFaults();
    await this.endLinkFaults();
    this.#drained.abort();
    await Promise.all(this.#otherTasks);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#abortAll();
    await Promise.all([...this.#brokerTasks, ...this.#linkTasks, ...this.#otherTasks]);
  }

  #abortAll(): void {
    this.#producersEnded.abort();
    this.#sendingOver.abort();
    this.#drained.abort();
  }

  #start(tasks: Promise<void>[], task: Promise<void>): void {
    tasks.push(task.catch((error: unknown) => this.#failed.abort(error)));
  }

  async #takeTurns(faults: readonly PlannedFault[]): Promise<void> {
    for (const fault of faults) await conduct(fault, this.#run);
  }
}

async function conduct(fault: PlannedFault, run: FaultProgress): Promise<void> {
  switch (fault.kind) {
    case "link":
      return await conductLinkFault(fault, run);
    case "kill":
    case "stop":
      return await conductEndFault(fault, run);
    case "pause":
      return await conductPauseFault(fault, run);
    case "join":
      return await conductJoinFault(fault, run);
    case "broker":
      return await conductBrokerFault(fault, run);
    case "topic":
      return await conductTopicFault(fault, run);
    case "reset-offsets":
      return await conductOffsetsReset(fault, run);
    case "oversize":
      return await conductOversizeFault(fault, run);
  }
}
