import { createRequire } from "node:module";
import { join } from "node:path";

import { LossboundError } from "../base/errors.js";
import { waitUntil } from "../base/wait.js";
import { isStopped } from "../processes/identity.js";
import type { HostedProcess, ProcessEnd, ProcessOrder } from "../processes/hosted-process.js";
import { type BlackBox, createBox, openBox } from "../ledger/box/black-box.js";
import type { EventWriter } from "../ledger/record/events.js";
import { type LifeRecord, boxName, clientIdOf } from "../ledger/record/run-record.js";
import type { Role } from "../scenario/role.js";
import { processOf } from "./command-process.js";
import { CommandedConsumer } from "./commanded-consumer.js";
import { CommandedProducer } from "./commanded-producer.js";
import { type RunOfLives, describeLife, orderOf } from "./life-order.js";
import type { Command, Report } from "../worker/order.js";
import { type LineTaker, Reports } from "./reports.js";

/** One life of a worker, as the supervisor sees it. */
export interface Life {
  readonly role: Role;
  readonly worker: number;
  /**
   * Its worker and life in the record of the run, in which each life of a command is a producer of
   * its own.
   */
  readonly recorded: Pick<LifeRecord, "role" | "worker" | "life">;
  /** The client id that the brokers see. */
  readonly clientId: string;
  /** Its black box, mapped for live counts, which cost the worker nothing. */
  readonly box: BlackBox<"producer"> | BlackBox<"consumer">;
  readonly process: HostedProcess;
  /** For a command: its reports, and the part that writes them into its black box. */
  commanded: { taker: LineTaker; reports: Reports } | undefined;
  /** Whether the worker has reported that it is ready. */
  ready: boolean;
  killed: boolean;
  /** Time of its SIGKILL, in milliseconds since 1970. */
  killedAt: number | undefined;
  /** Whether it is stopped by SIGSTOP. */
  paused: boolean;
  /** Whether it was asked to end in order, so that its end is expected. */
  asked: boolean;
  /** Unique name of the fault that ends it. Only this fault may restart the worker. */
  endedBy: string | undefined;
}

export interface CrewOptions extends RunOfLives {
  /** Folder of the black boxes. */
  boxes: string;
  /** The run's event file. */
  events: string;
  /** Folder for what the workers print. */
  output: string;
  start(order: ProcessOrder): Promise<HostedProcess>;
  write: EventWriter;
  /** The worker's program. Tests replace it by a program with a deliberate defect. */
  workerEntry?: string | undefined;
}

/**
 * The supervisor of the workers: it creates each life's black box, starts the life, and sends the
 * signals. It judges nothing. A worker that ends without a kill or a request is an error of the
 * harness: `failed` aborts with the evidence.
 */
export class Crew implements AsyncDisposable {
  readonly lives: Life[] = [];
  readonly #failed = new AbortController();
  readonly #options: CrewOptions;
  #ending = false;

  constructor(options: CrewOptions) {
    this.#options = options;
  }

  get failed(): AbortSignal {
    return this.#failed.signal;
  }

  /** Starts the next life of a worker. */
  async start(role: Role, worker: number): Promise<Life> {
    if (this.living(role, worker) !== undefined) {
      throw new LossboundError(
        "HARNESS",
        `${role} ${worker} is already alive; a second life would send its numbers too`,
      );
    }
    const { plan, boxes, events, output, start, write, runId } = this.#options;
    const command = plan.scenario[`${role}s`].command;
    const recorded = this.#recordOf(role, worker, role === "producer" && command !== undefined);
    const description = describeLife(plan, runId, recorded, this.#before(role, worker));
    const path = join(boxes, boxName(recorded));
    createBox(path, description);
    const name = `${role} ${worker}`;
    const clientId = clientIdOf(runId, recorded);
    const printed = join(output, `${role}-${recorded.worker}.${recorded.life}.txt`);
    const process = await start(
      command === undefined
        ? {
            name,
            command: nodePath,
            args: [
              this.#options.workerEntry ?? workerEntry(),
              JSON.stringify(orderOf(this.#options, description, { path, events, clientId })),
            ],
            env: { KAFKAJS_NO_PARTITIONER_WARNING: "1" },
            output: printed,
            talks: true,
            secrets: this.#options.secured,
          }
        : processOf(this.#options, command, recorded, { name, output: printed }),
    );
    const access = command === undefined ? "read" : "write";
    const box =
      role === "producer"
        ? openBox(path, { ...description, kind: "producer" }, access)
        : openBox(path, { ...description, kind: "consumer" }, access);
    const started: Life = {
      role,
      worker,
      recorded,
      clientId,
      box,
      process,
      commanded: undefined,
      ready: false,
      killed: false,
      killedAt: undefined,
      paused: false,
      asked: false,
      endedBy: undefined,
    };
    if (command !== undefined) started.commanded = this.#listenTo(started, printed);
    process.onMessage((message) => {
      if ((message as Report).kind === "ready") started.ready = true;
    });
    this.lives.push(started);
    write({ event: "life-started", ...recorded, pid: process.pid });
    void process.ended.then((end) => this.#onEnd(started, end));
    return started;
  }

  /**
   * Marks messages that were found at the end as sent, for commands: a life that is killed has no
   * time to report its last messages.
   *
   * @param stored bits of the messages in the log.
   */
  settleReports(stored: Readonly<Uint32Array>): void {
    const { bases } = this.#options.plan.layout;
    const found = [
      stored,
      ...this.lives.flatMap(({ role, box }) =>
        role === "consumer" ? [(box as BlackBox<"consumer">).planes.fetched.words] : [],
      ),
    ];
    for (const { commanded, recorded } of this.lives) {
      if (commanded?.taker instanceof CommandedProducer)
        commanded.taker.settle(found, bases[recorded.worker]!);
    }
  }

  /** Returns the current life of a worker, or `undefined` while it is dead. */
  living(role: Role, worker: number): Life | undefined {
    return this.lives.findLast(
      (life) => life.role === role && life.worker === worker && life.process.end === undefined,
    );
  }

  /** Sends SIGKILL and waits for the end. Returns false if the life had ended by itself before. */
  async kill(life: Life): Promise<boolean> {
    life.killed = true;
    life.killedAt = Date.now();
    life.process.signal("SIGKILL");
    await waitUntil(`${life.process.name} to die`, () => life.process.end !== undefined, {
      limitMs: 5_000,
      everyMs: 1,
    });
    life.killed = life.process.end?.signal === "SIGKILL";
    return life.killed;
  }

  /** Sends SIGSTOP and waits for the stop. Returns false if the life ended first. */
  async pause(life: Life): Promise<boolean> {
    life.paused = true;
    life.process.signal("SIGSTOP");
    return await this.#becomes(life, "to be stopped", () => isStopped(life.process.pid));
  }

  /** Sends SIGCONT and waits until it runs. Returns false if the life ended first. */
  async resume(life: Life): Promise<boolean> {
    life.process.signal("SIGCONT");
    const runs = await this.#becomes(life, "to continue", () => !isStopped(life.process.pid));
    life.paused = false;
    return runs;
  }

  /** Sends SIGTERM and waits for the end, without a SIGKILL. Returns false if the life ended first. */
  async stop(life: Life, { limitMs, signal }: { limitMs: number; signal: AbortSignal }): Promise<boolean> {
    // Before it is ready, the signal would kill a worker, like any program without a handler.
    if (!(await this.#becomes(life, "to take commands", () => life.ready, signal))) return false;
    life.asked = true;
    if (!life.process.signal("SIGTERM")) return false;
    await this.#ended(life, limitMs, signal);
    return true;
  }

  /** Sends a command to a worker; does nothing for an external command, which has no channel. */
  command(life: Life, command: Command): void {
    if (life.commanded === undefined) life.process.send(command);
  }

  /** Asks all living workers of a role to end in order, and waits until they have. */
  async end(role: Role, limitMs: number): Promise<void> {
    this.#ending = true;
    const living = this.lives.filter((life) => life.role === role && life.process.end === undefined);
    await Promise.all(living.filter(({ paused }) => paused).map((life) => this.resume(life)));
    for (const life of living) {
      if (life.commanded === undefined) this.command(life, { kind: "end" });
      else life.process.signal("SIGTERM");
    }
    await Promise.all(living.map((life) => this.#ended(life, limitMs)));
  }

  records(): LifeRecord[] {
    return this.lives.map(({ recorded, killed, asked, endedBy = null }) => ({
      ...recorded,
      killed,
      // A life that a fault had chosen may have ended by itself first.
      endedBy: killed || asked ? endedBy : null,
    }));
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#ending = true;
    // SIGKILL works on a stopped process too, so no SIGCONT is needed.
    await Promise.all(this.lives.map((life) => life.process.stop(0)));
    for (const { commanded, box } of this.lives) {
      commanded?.reports.end();
      box[Symbol.dispose]();
    }
  }

  /** Turns the output of a command into evidence. */
  #listenTo(life: Life, printed: string): NonNullable<Life["commanded"]> {
    const { plan, topic } = this.#options;
    const onReady = (): void => void (life.ready = true);
    const taker =
      life.role === "producer"
        ? new CommandedProducer(life.box as BlackBox<"producer">, onReady)
        : new CommandedConsumer(life.box as BlackBox<"consumer">, { topic, layout: plan.layout }, onReady);
    const onContradiction = (error: LossboundError): void => this.#failed.abort(error);
    return { taker, reports: new Reports(printed, taker, { name: life.process.name, onContradiction }) };
  }

  #before(role: Role, worker: number): Life | undefined {
    return this.lives.findLast((life) => life.role === role && life.worker === worker);
  }

  #recordOf(role: Role, worker: number, isNewProducer: boolean): Life["recorded"] {
    const first = this.#before(role, worker) === undefined;
    if (!isNewProducer) {
      const life = this.lives.filter((one) => one.role === role && one.worker === worker).length;
      return { role, worker, life };
    }
    const { count } = this.#options.plan.scenario.producers;
    const again = this.lives.filter((one) => one.role === role && one.recorded.worker >= count).length;
    return { role, worker: first ? worker : count + again, life: 0 };
  }

  /** Waits until a condition of a life holds. Returns false if the life ended instead. */
  async #becomes(
    { process }: Life,
    what: string,
    holds: () => boolean,
    signal?: AbortSignal,
  ): Promise<boolean> {
    await waitUntil(`${process.name} ${what}`, () => process.end !== undefined || holds(), {
      limitMs: 30_000,
      everyMs: 1,
      signal,
      evidence: () => process.lastLines(),
    });
    return process.end === undefined;
  }

  async #ended({ process }: Life, limitMs: number, signal?: AbortSignal): Promise<void> {
    await waitUntil(`${process.name} to end`, () => process.end !== undefined, {
      limitMs,
      everyMs: 5,
      signal,
      evidence: () => process.lastLines(),
    });
  }

  #onEnd(life: Life, end: ProcessEnd): void {
    const { role, recorded, commanded } = life;
    const how = end.signal ?? `exit ${end.code}`;
    this.#options.write({ event: "life-ended", ...recorded, how });
    commanded?.reports.end();
    const inOrder = end.code === 0 && (life.asked || role === "producer");
    // A program without a SIGTERM handler dies of the signal; a JVM ends in order and exits with
    // 143.
    const bySignal =
      commanded !== undefined && life.asked && (end.signal === "SIGTERM" || end.code === codeOfSigterm);
    const expected = life.killed || this.#ending || inOrder || bySignal;
    if (expected) return;
    const code = commanded === undefined ? "HARNESS" : "ENVIRONMENT";
    const detail = life.process.lastLines();
    this.#failed.abort(new LossboundError(code, `${life.process.name} ended by itself (${how})`, { detail }));
  }
}

const codeOfSigterm = 128 + 15;
const nodePath = process.execPath;
const workerEntry = (): string => createRequire(import.meta.url).resolve("#build/worker/main.js");
