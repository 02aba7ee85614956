import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";

/**
 * A process that cannot be taken for a later one: the kernel gives ids out again, but never the same
 * id with the same start time. Only a process whose both agree is ours to kill.
 */
export interface ProcessIdentity {
  readonly pid: number;
  /** Opaque; compared, never read. */
  readonly startedAt: string;
}

/** Who has this id now; `undefined` when nobody lives under it (a zombie does not live). */
export function identify(pid: number): ProcessIdentity | undefined {
  const seen = process.platform === "linux" ? inProc(pid) : inPs(pid);
  return seen === undefined || /^[ZX]/.test(seen.state) ? undefined : { pid, startedAt: seen.startedAt };
}

export function isAlive(identity: ProcessIdentity): boolean {
  return identify(identity.pid)?.startedAt === identity.startedAt;
}

/** Ends the process group that `identity` leads, if that is still the same process. */
export function killGroup(identity: ProcessIdentity): void {
  if (!isAlive(identity)) return;
  try {
    process.kill(-identity.pid, "SIGKILL");
  } catch {
    // It ended between the look and the kill.
  }
}

/** Whether a process stands still by SIGSTOP. */
export function isStopped(pid: number): boolean {
  const seen = process.platform === "linux" ? inProc(pid) : inPs(pid);
  return seen !== undefined && seen.state.startsWith("T");
}

interface Seen {
  /** One letter of the kernel's, and what `ps` adds. */
  state: string;
  startedAt: string;
}

/** Field 22 of `/proc/<pid>/stat`. The second field may hold spaces and brackets, so count from its end. */
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
