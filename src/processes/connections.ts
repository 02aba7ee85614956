import { readFileSync, readdirSync, readlinkSync } from "node:fs";

const established = "01";

/**
 * Connections that a process group holds open to some ports of this machine, by names that the kernel gives
 * to no other connection meanwhile. Linux tells; elsewhere there are none to be seen.
 *
 * @param group its process group id.
 */
export function connectionsOf(group: number, ports: ReadonlySet<number>): string[] {
  return processesOf(group).flatMap((pid) => {
    const sockets = socketsOf(pid);
    return ["tcp", "tcp6"].flatMap((family) =>
      rowsOf(`/proc/${pid}/net/${family}`)
        .filter(
          ({ state, remotePort, inode }) =>
            state === established && ports.has(remotePort) && sockets.has(inode),
        )
        .map(({ inode }) => inode),
    );
  });
}

function processesOf(group: number): number[] {
  return look(() => readdirSync("/proc"))
    .filter((name) => /^[0-9]+$/u.test(name) && groupOf(name) === group)
    .map(Number);
}

/** Field 5 of its line; the second may hold spaces and brackets, so count from its end. */
function groupOf(pid: string): number | undefined {
  const [line = ""] = look(() => [readFileSync(`/proc/${pid}/stat`, "latin1")]);
  const group = line.slice(line.lastIndexOf(")") + 2).split(" ")[2];
  return group === undefined ? undefined : Number(group);
}

function socketsOf(pid: number): Set<string> {
  const folder = `/proc/${pid}/fd`;
  const targets = look(() => readdirSync(folder)).flatMap((name) =>
    look(() => [readlinkSync(`${folder}/${name}`)]),
  );
  return new Set(targets.flatMap((target) => /^socket:\[([0-9]+)\]$/u.exec(target)?.[1] ?? []));
}

function rowsOf(table: string): { state: string; remotePort: number; inode: string }[] {
  const [text = ""] = look(() => [readFileSync(table, "latin1")]);
  return text
    .split("\n")
    .slice(1)
    .filter((line) => line !== "")
    .map((line) => {
      const fields = line.trim().split(/\s+/u);
      const remotePort = Number.parseInt(fields[2]!.split(":")[1]!, 16);
      return { state: fields[3]!, remotePort, inode: fields[9]! };
    });
}

/** A process may end while it is looked at. */
function look<T>(at: () => T[]): T[] {
  try {
    return at();
  } catch {
    return [];
  }
}
