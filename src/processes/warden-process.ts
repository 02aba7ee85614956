import { LossboundError } from "../base/errors.js";
import { within } from "../base/wait.js";
import { lastLinesOf } from "./output-file.js";
import type { HostedProcess, ProcessEnd, ProcessOrder } from "./hosted-process.js";

/** How long a process may take to end after SIGKILL. */
const killLimitMs = 10_000;

/**
 * lossbound's handle on one hosted process. It sends signals directly, and messages via the warden.
 */
export class Ward implements HostedProcess {
  readonly name: string;
  readonly pid: number;
  readonly ended: Promise<ProcessEnd>;
  end: ProcessEnd | undefined;

  readonly #output: string;
  readonly #signalled: number;
  readonly #forward: (message: unknown) => void;
  readonly #listeners: ((message: unknown) => void)[] = [];
  /** Messages that arrived before the first listener. */
  #unread: unknown[] = [];
  #resolveEnded!: (end: ProcessEnd) => void;

  constructor(order: ProcessOrder, pid: number, forward: (message: unknown) => void) {
    this.name = order.name;
    this.pid = pid;
    this.#output = order.errors ?? order.output;
    this.#signalled = order.signalsGroup === true ? -pid : pid;
    this.#forward = forward;
    this.ended = new Promise((resolve) => (this.#resolveEnded = resolve));
  }

  signal(signal: NodeJS.Signals): boolean {
    return this.#kill(this.#signalled, signal);
  }

  send(message: unknown): void {
    if (this.end === undefined) this.#forward(message);
  }

  onMessage(listener: (message: unknown) => void): void {
    this.#listeners.push(listener);
    for (const message of this.#unread.splice(0)) listener(message);
  }

  lastLines(): string {
    return lastLinesOf(this.#output);
  }

  async stop(limitMs: number): Promise<ProcessEnd> {
    this.signal("SIGTERM");
    try {
      return await within(`${this.name} to end`, this.ended, limitMs);
    } catch (error) {
      if (!(error instanceof LossboundError)) throw error;
      this.#kill(-this.pid, "SIGKILL");
      return await within(`${this.name} (${this.pid}) to end after SIGKILL`, this.ended, killLimitMs);
    }
  }

  /** Called only by the warden client: the process sent a message. */
  receive(message: unknown): void {
    if (this.#listeners.length === 0) this.#unread.push(message);
    for (const listener of this.#listeners) listener(message);
  }

  /** Called only by the warden client: the process has ended. */
  markEnded(end: ProcessEnd): void {
    this.end ??= end;
    this.#resolveEnded(this.end);
  }

  #kill(pid: number, signal: NodeJS.Signals): boolean {
    if (this.end !== undefined) return false;
    try {
      return process.kill(pid, signal);
    } catch {
      return false;
    }
  }
}
