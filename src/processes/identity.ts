import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";

/**
 * Identifies a process beyond its id. The kernel reuses ids, but never an id with the same start
 * time. lossbound only kills a process if both match.
 */
export interface ProcessIdentity {
  readonly pid: number;
  /** Opaque: compared, but never parsed. */
  readonly startedAt: string;
}

/** Returns the process that has this id now, or `undefined` if no living process has it. */
export function identify(pid: number): ProcessIdentity | undefined {
  const seen = process.platform === "linux" ? inProc(pid) : inPs(pid);
  return seen === undefined || /^[ZX]/.test(seen.state) ? undefined : { pid, startedAt: seen.startedAt };
}

export function isAlive(identity: ProcessIdentity): boolean {
  return identify(identity.pid)?.startedAt === identity.startedAt;
}

/** Kills the process group that `identity` leads, if it is still the same process. */
export function killGroup(identity: ProcessIdentity): void {
  if (!isAlive(identity)) return;
  try {
    process.kill(-identity.pid, "SIGKILL");
  } catch {
    // It ended between the check and the kill.
  }
}

/** Whether a process is stopped by SIGSTOP. */
export function isStopped(pid: number): boolean {
  const seen = process.platform === "linux" ? inProc(pid) : inPs(pid);
  return seen !== undefined && seen.state.startsWith("T");
}

interface Seen {
  /** The kernel's one-letter state, followed by the flags that `ps` adds. */
  state: string;
  startedAt: string;
}

/**
 * Reads state and start time (field 22) from `/proc/<pid>/stat`. Field 2 may contain spaces and
 * brackets, so the fields are counted from its end.
 */
function inProc(pid: number): Seen | undefined {
  let stat: string;
  try {
    stat = readFileSync(`/proc/${pid}/stat`, "latin1");
  } catch {
    return undefined;
  }
  const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
  return { state: fields[0]!, startedAt: fields[19]! };
}

function inPs(pid: number): Seen | undefined {
  let line: string;
  try {
    line = execFileSync("ps", ["-o", "stat=", "-o", "lstart=", "-p", String(pid)], {
      encoding: "utf8",
      env: { ...process.env, LC_ALL: "C" },
      stdio: ["ignore", "pipe", "ignore"],
      timeout: 5_000,
    });
  } catch {
    return undefined;
  }
  const [state = "Z", ...start] = line.trim().split(/\s+/);
  return { state, startedAt: start.join(" ") };
}
