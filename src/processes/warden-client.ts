import { type ChildProcess, spawn } from "node:child_process";
import { mkdirSync } from "node:fs";
import { createRequire } from "node:module";

import { LossboundError, messageOf } from "../base/errors.js";
import { within } from "../base/wait.js";
import { identify } from "./identity.js";
import { clearLeftover, leftoverIn } from "./leftovers.js";
import { Ward } from "./warden-process.js";
import type { Report, Request } from "./warden-protocol.js";
import { removeState, runningFolder, stateFileOf } from "./warden-state.js";
import type { HostedProcess, ProcessOrder } from "./hosted-process.js";

/** lossbound's handle on the warden. Disposing it kills all processes and deletes all folders. */
export interface Warden extends AsyncDisposable {
  readonly pid: number;
  /** Aborted with the error to throw if the warden exits unexpectedly. */
  readonly died: AbortSignal;
  start(order: ProcessOrder): Promise<HostedProcess>;
  /** Makes the warden delete the folder when this process ends. The folder need not exist yet. */
  own(folder: string): Promise<void>;
  /** Reverts `own`. */
  disown(folder: string): Promise<void>;
}

/** A Node process starts in 50 ms; the rest is margin for an overloaded machine. */
const openLimitMs = 30_000;
/** A request costs one fork and one small write at most. */
const answerLimitMs = 30_000;
/** Longer than the warden's own limit. */
const endLimitMs = 15_000;
const stderrTailChars = 4_000;

/**
 * Starts a warden for the run `id`.
 *
 * @throws LossboundError `ENVIRONMENT` if it does not start.
 */
export async function openWarden(id: string): Promise<Warden> {
  makeRunningFolder();
  const warden = new WardenClient(stateFileOf(id));
  try {
    await within("the warden to start", warden.ready, openLimitMs);
    return warden;
  } catch (error) {
    await warden[Symbol.asyncDispose]();
    throw error;
  }
}

interface Pending {
  /** The order of a start request. */
  readonly order: ProcessOrder | undefined;
  resolve(started: Ward | undefined): void;
  reject(error: Error): void;
}

class WardenClient implements Warden {
  readonly pid: number;
  readonly died: AbortSignal;
  readonly ready: Promise<void>;

  readonly #stateFile: string;
  readonly #process: ChildProcess;
  readonly #death = new AbortController();
  readonly #exited: Promise<void>;
  readonly #pending = new Map<number, Pending>();
  readonly #wards = new Map<number, Ward>();
  #requests = 0;
  /** The end of its standard error, which is empty unless it crashes. */
  #stderrTail = "";
  #ending: Promise<void> | undefined;
  #becomeReady!: () => void;

  constructor(stateFile: string) {
    this.#stateFile = stateFile;
    this.#process = spawnWarden(stateFile);
    this.pid = this.#process.pid ?? 0;
    this.died = this.#death.signal;
    this.ready = new Promise((resolve, reject) => {
      this.#becomeReady = resolve;
      this.died.addEventListener("abort", () => reject(this.died.reason as Error));
    });
    this.ready.catch(() => {});
    this.#exited = new Promise((resolve) => {
      this.#process.once("error", (error) => resolve(this.#afterExit(messageOf(error))));
      this.#process.once("close", (code, signal) => resolve(this.#afterExit(signal ?? `exit code ${code}`)));
    });
    this.#process.on("message", (report: Report) => this.#receive(report));
    this.#process.stderr!.setEncoding("utf8").on("data", (text: string) => {
      this.#stderrTail = `${this.#stderrTail}${text}`.slice(-stderrTailChars);
    });
  }

  async start(order: ProcessOrder): Promise<HostedProcess> {
    try {
      return (await this.#ask({ kind: "start", request: ++this.#requests, order }))!;
    } catch (error) {
      this.died.throwIfAborted();
      throw new LossboundError("ENVIRONMENT", `cannot start ${order.name}: ${messageOf(error)}`, {
        cause: error,
      });
    }
  }

  async own(folder: string): Promise<void> {
    await this.#ask({ kind: "own", request: ++this.#requests, folder });
  }

  async disown(folder: string): Promise<void> {
    // A warden that is ending deletes its folders anyway.
    if (this.#ending || this.died.aborted) return;
    await this.#ask({ kind: "disown", request: ++this.#requests, folder });
  }

  [Symbol.asyncDispose](): Promise<void> {
    this.#ending ??= this.#end();
    return this.#ending;
  }

  /**
   * An orderly end uses the same path as the warden's emergency exit, so that this path is
   * exercised by every run. SIGKILL does no harm, because the files of these processes are deleted
   * next.
   */
  async #end(): Promise<void> {
    this.#send({ kind: "end" });
    try {
      await within("the warden to end", this.#exited, endLimitMs);
    } catch {
      this.#process.kill("SIGKILL");
      await this.#exited;
    }
  }

  #ask(request: Request & { request: number }): Promise<Ward | undefined> {
    if (this.died.aborted) return Promise.reject(this.died.reason as Error);
    if (this.#ending)
      return Promise.reject(new LossboundError("ENVIRONMENT", "the environment is being closed"));
    const order = request.kind === "start" ? request.order : undefined;
    const answer = new Promise<Ward | undefined>((resolve, reject) => {
      this.#pending.set(request.request, { order, resolve, reject });
    });
    this.#send(request);
    return within(`the warden to answer "${request.kind}"`, answer, answerLimitMs);
  }

  #send(request: Request): void {
    // A failed write means that the warden is gone; its exit event reports that in more detail.
    if (this.#process.connected) this.#process.send(request, () => {});
  }

  #receive(report: Report): void {
    switch (report.kind) {
      case "ready":
        return this.#becomeReady();
      case "started":
        return this.#settle(report.request, ({ order, resolve }) => {
          const forward = (message: unknown) =>
            this.#send({ kind: "send", process: report.request, message });
          const ward = new Ward(order!, report.pid, forward);
          // Add it before the caller sees the answer: the process's first message may follow
          // immediately.
          this.#wards.set(report.request, ward);
          resolve(ward);
        });
      case "noted":
        return this.#settle(report.request, ({ resolve }) => resolve(undefined));
      case "refused":
        return this.#settle(report.request, ({ reject }) => reject(new Error(report.why)));
      case "received":
        return this.#wards.get(report.process)?.receive(report.message);
      case "ended":
        this.#wards.get(report.process)?.markEnded(report.end);
        return;
    }
  }

  #settle(request: number, settle: (pending: Pending) => void): void {
    const pending = this.#pending.get(request)!;
    this.#pending.delete(request);
    settle(pending);
  }

  /**
   * Removes what the warden did not. Its state file lists that; after an orderly end the file is
   * gone. If lossbound cannot finish the job, the next run does.
   */
  async #afterExit(how: string): Promise<void> {
    const error = new LossboundError(
      "ENVIRONMENT",
      `the warden (process ${this.pid}) exited unexpectedly: ${how}`,
      { detail: this.#stderrTail },
    );
    try {
      const leftover = leftoverIn(this.#stateFile);
      if (!this.#ending) this.#death.abort(error);
      if (leftover) await clearLeftover(leftover);
      else removeState(this.#stateFile);
    } catch {
      // The state file stays, so that the next run can finish the clean-up.
    } finally {
      for (const { reject } of this.#pending.values()) reject(error);
      this.#pending.clear();
      for (const ward of this.#wards.values()) ward.markEnded({ code: null, signal: "SIGKILL" });
    }
  }
}

function makeRunningFolder(): void {
  try {
    mkdirSync(runningFolder(), { recursive: true });
  } catch (error) {
    const what = `cannot write to the cache folder: ${messageOf(error)}; set LOSSBOUND_CACHE to another folder`;
    throw new LossboundError("ENVIRONMENT", what, { cause: error });
  }
}

/**
 * Starts the warden in its own session, so that neither Ctrl-C in the terminal nor a kill of
 * lossbound's process group reaches it.
 */
function spawnWarden(stateFile: string): ChildProcess {
  const self = identify(process.pid);
  if (self === undefined) {
    throw new LossboundError("HARNESS", `cannot read the start time of this process (${process.pid})`);
  }
  const entry = createRequire(import.meta.url).resolve("#build/processes/warden-main.js");
  return spawn(process.execPath, [entry, stateFile, String(self.pid), self.startedAt], {
    detached: true,
    stdio: ["ignore", "ignore", "pipe", "ipc"],
  });
}
