/**
 * The warden: a process in its own session that starts all other processes for lossbound. When
 * lossbound ends, the warden kills those processes, deletes lossbound's folders and exits. A JVM,
 * Toxiproxy or a stopped worker cannot notice that its parent is gone, but the warden can: the
 * kernel closes its IPC channel no matter how lossbound died.
 *
 *     node warden-main.js STATE_FILE LOSSBOUND_PID LOSSBOUND_START
 */
import { type ChildProcess, spawn } from "node:child_process";
import { closeSync, openSync } from "node:fs";
import { hostname } from "node:os";
import { basename } from "node:path";

import { messageOf } from "../base/errors.js";
import { within } from "../base/wait.js";
import { deleteOwned } from "./owned-folder.js";
import { identify, type ProcessIdentity } from "./identity.js";
import type { Report, Request } from "./warden-protocol.js";
import { removeState, writeState } from "./warden-state.js";
import type { ProcessOrder } from "./hosted-process.js";

interface Ward {
  readonly name: string;
  readonly child: ChildProcess;
  readonly identity: ProcessIdentity;
  readonly closed: Promise<void>;
}

/** SIGKILL takes effect within milliseconds, unless the process hangs in the kernel. */
const killLimitMs = 10_000;

const [stateFile = "", lossboundPid = "", lossboundStart = ""] = process.argv.slice(2);
const self = identify(process.pid);
const wards = new Map<number, Ward>();
const folders = new Set<string>();
let ending = false;

// lossbound handles Ctrl-C and a closed terminal; the warden exits after lossbound.
for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) process.on(signal, () => {});

process.on("message", (request: Request) => receive(request));
process.on("disconnect", () => void end());
process.stderr.on("error", () => {}); // the reader is gone
process.on("uncaughtException", (error) => {
  console.error(error);
  void end();
});

saveState();
report({ kind: "ready" });
if (!process.connected) void end();

function receive(request: Request): void {
  switch (request.kind) {
    case "start":
      return answer(request.request, () => start(request.request, request.order));
    case "own":
      return answer(request.request, () => {
        folders.add(request.folder);
        saveState();
        report({ kind: "noted", request: request.request });
      });
    case "disown":
      return answer(request.request, () => {
        folders.delete(request.folder);
        saveState();
        report({ kind: "noted", request: request.request });
      });
    case "send": {
      const child = wards.get(request.process)?.child;
      // A message to a dying process is lost, as it would be without a warden.
      if (child?.connected) child.send(request.message as object, () => {});
      return;
    }
    case "end":
      return void end();
  }
}

function answer(request: number, act: () => void): void {
  try {
    if (ending) throw new Error("the warden is shutting down");
    act();
  } catch (error) {
    report({ kind: "refused", request, why: messageOf(error) });
  }
}

function start(request: number, order: ProcessOrder): void {
  const output = openSync(order.output, "a");
  const errors = order.errors === undefined ? output : openSync(order.errors, "a");
  const child = spawn(order.command, order.args, {
    detached: true, // in its own process group, so that one kill reaches all of it
    env: { ...(order.secrets ? process.env : withoutSecrets(process.env)), ...order.env },
    ...(order.cwd !== undefined && { cwd: order.cwd }),
    stdio: ["ignore", output, errors, ...(order.talks ? (["ipc"] as const) : [])],
  });
  for (const descriptor of new Set([output, errors])) closeSync(descriptor);
  const { pid } = child;
  if (pid === undefined) {
    child.once("error", (error) => report({ kind: "refused", request, why: messageOf(error) }));
    return;
  }
  // Undefined only if the process has already ended; then any text will do.
  const identity = identify(pid) ?? { pid, startedAt: "ended" };
  // `close` comes after the last IPC message; `exit` may come before it.
  const closed = new Promise<void>((resolve) => child.once("close", () => resolve()));
  wards.set(request, { name: order.name, child, identity, closed });
  child.on("error", () => {});
  child.on("message", (message) => report({ kind: "received", process: request, message }));
  child.once("exit", () => killGroupOf(pid));
  child.once("close", (code, signal) => {
    wards.delete(request);
    if (!ending) saveState();
    report({ kind: "ended", process: request, end: { code, signal } });
  });
  try {
    saveState();
  } catch (error) {
    killGroupOf(pid); // A process that is not in the state file must not run.
    throw error;
  }
  report({ kind: "started", request, pid });
}

/** Brokers, Toxiproxy and tools need no password, and may print their environment. */
function withoutSecrets(env: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  return Object.fromEntries(Object.entries(env).filter(([name]) => !/^LOSSBOUND_(SASL|TLS)(_|$)/.test(name)));
}

/** Kills the process and all of its children that are still in its group. */
function killGroupOf(pid: number): void {
  try {
    process.kill(-pid, "SIGKILL");
  } catch {
    // The group is empty.
  }
}

/**
 * Kills the processes first, because a folder that is being written to cannot be deleted. Deletes
 * the state file last and only if everything else is gone, so that the next run finds what is left.
 */
async function end(): Promise<void> {
  if (ending) return;
  ending = true;
  try {
    const living = [...wards.values()];
    for (const { identity } of living) killGroupOf(identity.pid);
    await within("the killed processes to end", Promise.all(living.map(({ closed }) => closed)), killLimitMs);
    await Promise.all([...folders].map(deleteOwned));
    removeState(stateFile);
    process.exit(0);
  } catch (error) {
    console.error(error);
    process.exit(1);
  }
}

function saveState(): void {
  if (self === undefined) throw new Error("cannot read the start time of the warden's own process");
  writeState(stateFile, {
    schema: "lossbound.running/1",
    id: basename(stateFile, ".json"),
    host: hostname(),
    lossbound: { pid: Number(lossboundPid), startedAt: lossboundStart },
    warden: self,
    processes: [...wards.values()].map(({ name, identity }) => ({ name, ...identity })),
    folders: [...folders],
  });
}

function report(message: Report): void {
  if (process.connected) process.send?.(message, undefined, undefined, () => {});
}
