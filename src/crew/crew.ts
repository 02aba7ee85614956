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

/** One life of a worker, as its supervisor sees it. */
export interface Life {
  readonly role: Role;
  readonly worker: number;
  /** Which worker and life it is in the record of the run: each life of a command is a producer there. */
  readonly recorded: Pick<LifeRecord, "role" | "worker" | "life">;
  /** What the brokers know it by. */
  readonly clientId: string;
  /** Mapped to read: live counts, at no cost to the worker. */
  readonly box: BlackBox<"producer"> | BlackBox<"consumer">;
  readonly process: HostedProcess;
  /** Of a command: what it prints, on the way into its black box. */
  commanded: { taker: LineTaker; reports: Reports } | undefined;
  /** The worker said that it is ready. */
  ready: boolean;
  killed: boolean;
  /** When it was sent SIGKILL, milliseconds since 1970. */
  killedAt: number | undefined;
  /** It stands still by SIGSTOP. */
  paused: boolean;
  /** It was asked to end in order: that it does is no surprise. */
  asked: boolean;
  /** The fault that ends it, by a name of its own: nobody else starts the worker again. */
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
  /** The program of a worker; ours, but for the tests that run one which is wrong on purpose. */
  workerEntry?: string | undefined;
}

/**
 * The supervisor of the workers: it makes each life's black box, starts the life, and sends the
 * signals. It judges nothing. A worker that ends although nobody killed it or told it to is an error
 * of the harness: `failed` is aborted with the evidence.
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

  /** Begins the next life of a worker. */
  async start(role: Role, worker: number): Promise<Life> {
    if (this.living(role, worker) !== undefined) {
      throw new LossboundError(
        "HARNESS",
        `${role} ${worker} lives already: a second life would send its numbers too`,
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
   * Takes what was found at the end for what commands have sent, too: a life that is killed leaves
   * messages that it had no time to report.
   *
   * @param stored bits of what is in the log.
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

  /** The life that a worker is living now; `undefined` while it is dead. */
  living(role: Role, worker: number): Life | undefined {
    return this.lives.findLast(
      (life) => life.role === role && life.worker === worker && life.process.end === undefined,
    );
  }

  /** SIGKILL, and waits for the end. False when the life had come to an end of its own before that. */
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

  /** SIGSTOP, and waits until it stands still. False when the life ended before that. */
  async pause(life: Life): Promise<boolean> {
    life.paused = true;
    life.process.signal("SIGSTOP");
    return await this.#becomes(life, "to stand still", () => isStopped(life.process.pid));
  }

  /** SIGCONT, and waits until it runs. False when the life ended before that. */
  async resume(life: Life): Promise<boolean> {
    life.process.signal("SIGCONT");
    const runs = await this.#becomes(life, "to go on", () => !isStopped(life.process.pid));
    life.paused = false;
    return runs;
  }

  /**
   * SIGTERM, and waits for the end that the worker then comes to by itself; never SIGKILL. False when
   * the life had ended before that.
   */
  async stop(life: Life, { limitMs, signal }: { limitMs: number; signal: AbortSignal }): Promise<boolean> {
    // A worker that has only begun to start would die of the signal, as any program does.
    if (!(await this.#becomes(life, "to take commands", () => life.ready, signal))) return false;
    life.asked = true;
    if (!life.process.signal("SIGTERM")) return false;
    await this.#ended(life, limitMs, signal);
    return true;
  }

  /** A command takes none. */
  command(life: Life, command: Command): void {
    if (life.commanded === undefined) life.process.send(command);
  }

  /** Tells all living workers of a role to come to an orderly end, and waits for it. */
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
      // A life that a fault had chosen may have come to its own end first.
      endedBy: killed || asked ? endedBy : null,
    }));
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#ending = true;
    // SIGKILL does not wait for SIGCONT.
    await Promise.all(this.lives.map((life) => life.process.stop(0)));
    for (const { commanded, box } of this.lives) {
      commanded?.reports.end();
      box[Symbol.dispose]();
    }
  }

  /** What a command prints becomes evidence. */
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

  #recordOf(role: Role, worker: number, anew: boolean): Life["recorded"] {
    const first = this.#before(role, worker) === undefined;
    if (!anew) {
      const life = this.lives.filter((one) => one.role === role && one.worker === worker).length;
      return { role, worker, life };
    }
    const { count } = this.#options.plan.scenario.producers;
    const again = this.lives.filter((one) => one.role === role && one.recorded.worker >= count).length;
    return { role, worker: first ? worker : count + again, life: 0 };
  }

  /** Waits until a life is as it should be; false when it ended instead. */
  async #becomes(
    { process }: Life,
    what: string,
    isSo: () => boolean,
    signal?: AbortSignal,
  ): Promise<boolean> {
    await waitUntil(`${process.name} ${what}`, () => process.end !== undefined || isSo(), {
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
    // A program that does nothing about SIGTERM dies of it; Java's ends in order, and says 143.
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
