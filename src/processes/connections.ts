import { readFileSync, readdirSync, readlinkSync } from "node:fs";

const established = "01";

/**
 * Lists the connections that a process group holds open to the given ports of this machine. Each is
 * identified by its inode, which no other connection has while this one is open. It reads `/proc`,
 * so it finds connections on Linux only.
 *
 * @param group the process group id.
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
  return readOrEmpty(() => readdirSync("/proc"))
    .filter((name) => /^[0-9]+$/u.test(name) && groupOf(name) === group)
    .map(Number);
}

/**
 * Reads field 5 of `stat`. Field 2 may contain spaces and brackets, so fields count from its end.
 */
function groupOf(pid: string): number | undefined {
  const [line = ""] = readOrEmpty(() => [readFileSync(`/proc/${pid}/stat`, "latin1")]);
  const group = line.slice(line.lastIndexOf(")") + 2).split(" ")[2];
  return group === undefined ? undefined : Number(group);
}

function socketsOf(pid: number): Set<string> {
  const folder = `/proc/${pid}/fd`;
  const targets = readOrEmpty(() => readdirSync(folder)).flatMap((name) =>
    readOrEmpty(() => [readlinkSync(`${folder}/${name}`)]),
  );
  return new Set(targets.flatMap((target) => /^socket:\[([0-9]+)\]$/u.exec(target)?.[1] ?? []));
}

function rowsOf(table: string): { state: string; remotePort: number; inode: string }[] {
  const [text = ""] = readOrEmpty(() => [readFileSync(table, "latin1")]);
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

/** Returns an empty list on an error, because a process may end while it is being read. */
function readOrEmpty<T>(read: () => T[]): T[] {
  try {
    return read();
  } catch {
    return [];
  }
}
