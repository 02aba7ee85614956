import { parseAddress } from "../base/address.js";
import type { Link } from "../environment/links/link.js";
import { connectionsOf } from "../processes/connections.js";
import type { BlackBox } from "../ledger/box/black-box.js";
import type { Crew, Life } from "../crew/crew.js";
import type { SocketCounts } from "./counts.js";

/**
 * What the connections of commands to a link have done so far. The bytes are hidden in their processes:
 * what a life has reported stands for what its connections wrote. Nobody sees the dials that were refused.
 *
 * @param broker the address of the one broker whose proxy is looked at; without it, all.
 * @param before an earlier look: what was open there, and is no more, was closed.
 */
export function commandSockets(
  crew: Pick<Crew, "lives">,
  link: Pick<Link, "role" | "routes">,
  broker: string | undefined,
  before?: SocketCounts,
): SocketCounts {
  const ports = new Set(
    link.routes
      .filter((route) => broker === undefined || route.broker === broker)
      .map(({ proxy }) => parseAddress("a proxy", proxy).port),
  );
  const counts: SocketCounts = { connections: new Map(), refused: 0 };
  for (const [connection, then] of before?.connections ?? [])
    counts.connections.set(connection, { ...then, open: false });
  for (const life of crew.lives) {
    if (life.role !== link.role) continue;
    const { worker, life: number } = life.recorded;
    const own = `${worker}.${number}.`;
    const written = reportedBy(life);
    if (life.process.end !== undefined) {
      // What it reported before it ended, its last connections wrote.
      for (const [connection, now] of counts.connections)
        if (connection.startsWith(own)) counts.connections.set(connection, { ...now, written });
      continue;
    }
    // A member of a group always has a fetch or a heartbeat that waits for its answer.
    const awaiting = life.role === "consumer" && (life.box as BlackBox<"consumer">).get("assigned") > 0;
    for (const connection of connectionsOf(life.process.pid, ports))
      counts.connections.set(`${own}${connection}`, { written, answered: 0, awaiting, open: true });
  }
  return counts;
}

function reportedBy({ role, box }: Pick<Life, "role" | "box">): number {
  switch (role) {
    case "producer": {
      const { accepted, rejected } = (box as BlackBox<"producer">).planes;
      return accepted.count + rejected.count;
    }
    case "consumer": {
      const { fetched, beganAgain } = (box as BlackBox<"consumer">).planes;
      return fetched.count + beganAgain.count;
    }
  }
}
