import { parseAddress } from "../base/address.js";
import type { Link } from "../environment/links/link.js";
import { connectionsOf } from "../processes/connections.js";
import type { BlackBox } from "../ledger/box/black-box.js";
import type { Crew, Life } from "../crew/crew.js";
import type { SocketCounts } from "./counts.js";

/**
 * Counts what the connections of commands to a link have done so far. Their bytes are hidden in the
 * processes, so the messages that a life has reported stand for what its connections wrote. Refused
 * dials are not visible.
 *
 * @param broker address of the broker whose proxy to look at; all brokers without it.
 * @param before an earlier count; a connection that was open there and is gone counts as closed.
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
      // Its last connections wrote everything that it had reported.
      for (const [connection, now] of counts.connections)
        if (connection.startsWith(own)) counts.connections.set(connection, { ...now, written });
      continue;
    }
    // A member of a group always waits for the answer to a fetch or a heartbeat.
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
