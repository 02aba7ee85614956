import { createRequire } from "node:module";
import { join } from "node:path";

import { LossboundError } from "../base/errors.js";
import { waitUntil } from "../base/wait.js";
import type { HostedProcess, ProcessEnd, ProcessOrder } from "../environment/warden.js";
import type { Route } from "../kafka/dial.js";
import { type BlackBox, createBox, openBox } from "../ledger/black-box.js";
import { type BoxDescription, type BoxKind, sectionsOf, tickMs } from "../ledger/box-format.js";
import type { EventWriter } from "../ledger/events.js";
import { type LifeRecord, boxName } from "../ledger/run-record.js";
import type { Plan } from "../plan/plan.js";
import type { Role } from "../scenario/scenario.js";
import type { Command, LifeOrder, Report } from "./order.js";

/** One life of a worker, as its supervisor sees it. */
export interface Life {
  readonly role: Role;
  readonly worker: number;
  readonly life: number;
  /** Mapped to read: live counts, at no cost to the worker. */
  readonly box: BlackBox<"producer"> | BlackBox<"consumer">;
  readonly process: HostedProcess;
  /** The worker said that it is ready. */
  ready: boolean;
  killed: boolean;
}

export interface CrewOptions {
  plan: Plan;
  runId: string;
  topic: string;
  groupId: string;
  bootstrap: readonly string[];
  routes: Record<Role, readonly Route[]>;
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
    const order = this.#orderOf(description, {
      path,
      events,
      clientId: `lossbound-${runId.slice(0, 8)}-${role}-${worker}-${life}`,
    });
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
    const started: Life = { role, worker, life, box, process, ready: false, killed: false };
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

  command(life: Life, command: Command): void {
    life.process.send(command);
  }

  /** Tells all living workers of a role to come to an orderly end, and waits for it. */
  async end(role: Role, limitMs: number): Promise<void> {
    this.#ending = true;
    const living = this.lives.filter((life) => life.role === role && life.process.end === undefined);
    for (const life of living) this.command(life, { kind: "end" });
    await Promise.all(
      living.map((life) =>
        waitUntil(`${life.process.name} to end`, () => life.process.end !== undefined, {
          limitMs,
          everyMs: 5,
          evidence: () => life.process.lastLines(),
        }),
      ),
    );
  }

  records(): LifeRecord[] {
    return this.lives.map(({ role, worker, life, killed }) => ({ role, worker, life, killed }));
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#ending = true;
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
    };
  }

  #orderOf(
    description: BoxDescription,
    files: { path: string; events: string; clientId: string },
  ): LifeOrder {
    const { plan, runId, topic, groupId, bootstrap, routes, secured, traceRequests } = this.#options;
    const { scenario, layout } = plan;
    const role = description.kind as Role;
    const shared = {
      runId,
      topic,
      partitions: scenario.topic.partitions,
      clientId: files.clientId,
      bootstrap,
      routes: routes[role],
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
          size: scenario.producers.size,
        };
      case "consumer":
        return {
          ...shared,
          role,
          groupId,
          settings: scenario.consumers,
          layout: { bases: layout.bases, messages: layout.messages },
        };
    }
  }

  #onEnd(life: Life, end: ProcessEnd): void {
    const { role, worker, life: number } = life;
    const how = end.signal ?? `exit ${end.code}`;
    this.#options.write({ event: "life-ended", role, worker, life: number, how });
    const expected = life.killed || this.#ending || (role === "producer" && end.code === 0);
    if (expected) return;
    this.#failed.abort(
      new LossboundError("HARNESS", `${life.process.name} ended by itself (${how})`, {
        detail: life.process.lastLines(),
      }),
    );
  }
}

/** Bytes that the black boxes of a run will take, killed lives and the log scan among them. */
export function bytesOfBoxes(plan: Plan): number {
  const { scenario, layout } = plan;
  const kills = { producer: 0, consumer: 0 };
  for (const fault of plan.faults) if (fault.kind === "kill") kills[fault.role] += fault.times;
  const size = (kind: BoxKind, bits: number, ticks = 0): number =>
    sectionsOf({ kind, bits, ticks }).fileLength;
  const mostMessages = Math.max(...layout.messages);
  return (
    (scenario.producers.count + kills.producer) * size("producer", mostMessages, ticksFor(plan)) +
    (scenario.consumers.count + kills.consumer) * size("consumer", layout.words * 32) +
    size("scan", layout.words * 32)
  );
}

/** Room to write `next` down each 100 ms for twice as long as planned, and a minute more. */
function ticksFor(plan: Plan): number {
  return Math.ceil((2 * plan.sendingMs + 60_000) / tickMs);
}

const nodePath = process.execPath;
const workerEntry = createRequire(import.meta.url).resolve("#build/worker/main.js");
