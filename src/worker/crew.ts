import { createRequire } from "node:module";
import { join } from "node:path";

import { LossboundError } from "../base/errors.js";
import { waitUntil } from "../base/wait.js";
import { isStopped } from "../environment/process-identity.js";
import type { HostedProcess, ProcessEnd, ProcessOrder } from "../environment/warden.js";
import type { Route } from "../kafka/dial.js";
import { type BlackBox, createBox, openBox } from "../ledger/black-box.js";
import type { BoxDescription } from "../ledger/box-format.js";
import type { EventWriter } from "../ledger/events.js";
import { type LifeRecord, boxName, clientIdOf } from "../ledger/run-record.js";
import type { Plan } from "../plan/plan.js";
import type { Role } from "../scenario/scenario.js";
import { requestRowsFor, ticksFor } from "./box-room.js";
import type { Command, LifeOrder, Report } from "./order.js";

/** One life of a worker, as its supervisor sees it. */
export interface Life {
  readonly role: Role;
  readonly worker: number;
  readonly life: number;
  /** What the brokers know it by. */
  readonly clientId: string;
  /** Mapped to read: live counts, at no cost to the worker. */
  readonly box: BlackBox<"producer"> | BlackBox<"consumer">;
  readonly process: HostedProcess;
  /** The worker said that it is ready. */
  ready: boolean;
  killed: boolean;
  /** It stands still by SIGSTOP. */
  paused: boolean;
  /** It was asked to end in order: that it does is no surprise. */
  asked: boolean;
}

export interface CrewOptions {
  plan: Plan;
  runId: string;
  topic: string;
  groupId: string;
  brokers: readonly { id: number; address: string }[];
  routes: Record<Role, readonly Omit<Route, "brokerId">[]>;
  secured: boolean;
  traceRequests: boolean;
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
    const { boxes, events, output, start, write, runId } = this.#options;
    const earlier = this.lives.filter((life) => life.role === role && life.worker === worker);
    const life = earlier.length;
    const description = this.#describe(role, worker, life, earlier.at(-1));
    const path = join(boxes, boxName({ role, worker, life }));
    createBox(path, description);
    const name = `${role} ${worker}`;
    const clientId = clientIdOf(runId, { role, worker, life });
    const order = this.#orderOf(description, { path, events, clientId });
    const process = await start({
      name,
      command: nodePath,
      args: [this.#options.workerEntry ?? workerEntry, JSON.stringify(order)],
      env: { KAFKAJS_NO_PARTITIONER_WARNING: "1" },
      output: join(output, `${role}-${worker}.${life}.txt`),
      talks: true,
      secrets: this.#options.secured,
    });
    const box =
      role === "producer"
        ? openBox(path, { ...description, kind: "producer" }, "read")
        : openBox(path, { ...description, kind: "consumer" }, "read");
    const started: Life = {
      role,
      worker,
      life,
      clientId,
      box,
      process,
      ready: false,
      killed: false,
      paused: false,
      asked: false,
    };
    process.onMessage((message) => {
      if ((message as Report).kind === "ready") started.ready = true;
    });
    this.lives.push(started);
    write({ event: "life-started", role, worker, life, pid: process.pid });
    void process.ended.then((end) => this.#onEnd(started, end));
    return started;
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

  command(life: Life, command: Command): void {
    life.process.send(command);
  }

  /** Tells all living workers of a role to come to an orderly end, and waits for it. */
  async end(role: Role, limitMs: number): Promise<void> {
    this.#ending = true;
    const living = this.lives.filter((life) => life.role === role && life.process.end === undefined);
    await Promise.all(living.filter(({ paused }) => paused).map((life) => this.resume(life)));
    for (const life of living) this.command(life, { kind: "end" });
    await Promise.all(living.map((life) => this.#ended(life, limitMs)));
  }

  records(): LifeRecord[] {
    return this.lives.map(({ role, worker, life, killed }) => ({ role, worker, life, killed }));
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#ending = true;
    // SIGKILL does not wait for SIGCONT.
    await Promise.all(this.lives.map((life) => life.process.stop(0)));
    for (const life of this.lives) life.box[Symbol.dispose]();
  }

  #describe(role: Role, worker: number, life: number, before: Life | undefined): BoxDescription {
    const { plan, runId } = this.#options;
    const { layout } = plan;
    const firstNumber = before?.role === "producer" ? (before.box as BlackBox<"producer">).get("next") : 0;
    return {
      format: 1,
      kind: role,
      runId,
      worker,
      life,
      bits: role === "producer" ? layout.messages[worker]! : layout.words * 32,
      firstNumber,
      ticks: role === "producer" ? ticksFor(plan) : 0,
      requests: role === "producer" ? requestRowsFor(plan) : 0,
    };
  }

  #orderOf(
    description: BoxDescription,
    files: { path: string; events: string; clientId: string },
  ): LifeOrder {
    const { plan, runId, topic, groupId, brokers, routes, secured, traceRequests } = this.#options;
    const { scenario, layout } = plan;
    const role = description.kind as Role;
    const shared = {
      runId,
      topic,
      partitions: scenario.topic.partitions,
      clientId: files.clientId,
      bootstrap: brokers.map(({ address }) => address),
      routes: routes[role].map((route) => ({
        ...route,
        brokerId: brokers.find(({ address }) => address === route.broker)!.id,
      })),
      secured,
      box: { path: files.path, description },
      events: files.events,
      traceRequests,
    };
    switch (role) {
      case "producer":
        return {
          ...shared,
          role,
          rate: scenario.producers.rate / scenario.producers.count,
          settings: scenario.producers,
          guarantee: scenario.guarantee,
        };
      case "consumer":
        return {
          ...shared,
          role,
          groupId,
          guarantee: scenario.guarantee,
          settings: scenario.consumers,
          layout: { bases: layout.bases, messages: layout.messages },
        };
    }
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
    const { role, worker, life: number } = life;
    const how = end.signal ?? `exit ${end.code}`;
    this.#options.write({ event: "life-ended", role, worker, life: number, how });
    const inOrder = end.code === 0 && (life.asked || role === "producer");
    const expected = life.killed || this.#ending || inOrder;
    if (expected) return;
    this.#failed.abort(
      new LossboundError("HARNESS", `${life.process.name} ended by itself (${how})`, {
        detail: life.process.lastLines(),
      }),
    );
  }
}

const nodePath = process.execPath;
const workerEntry = createRequire(import.meta.url).resolve("#build/worker/main.js");
